"""Questions with their right answers, from the files of several formats."""
