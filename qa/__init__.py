"""From a question to a cited answer: retrieve, read, choose, abstain."""
