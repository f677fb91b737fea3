"""What has changed since the last run, and what of it can be reused."""
