"""What is asked: its words, its form, its spelling."""
