"""What has changed since the last run, and what can be reused from it."""
