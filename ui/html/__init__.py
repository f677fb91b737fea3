"""Conversations, documents and tables as safe HTML."""
