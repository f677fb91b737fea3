"""Answers to messages that are no single question about a fact: small talk, the collection, overviews, topics, parts."""
