"""What outlives a click: conversations, corrections, chosen files, background jobs."""
