"""The index in PostgreSQL with pgvector, for several writers and readers; imported only if a database is named."""
