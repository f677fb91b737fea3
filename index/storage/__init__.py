"""What lies on disk, and how one generation replaces another."""
