"""The chat page: answers beside the very passage they were read in."""
