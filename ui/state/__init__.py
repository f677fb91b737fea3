"""State that outlives a click: conversations, corrections, uploads, chosen files, background jobs."""
