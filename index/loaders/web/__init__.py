"""Pages of the web as they are kept: saved, collected in books, announced in feeds."""
