"""Documents to passages to vectors and terms to a folder on disk: everything that happens before a question."""
