"""The index in PostgreSQL with pgvector, for several writers and readers; imported only where a store is named."""
