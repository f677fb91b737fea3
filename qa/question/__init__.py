"""The question: its form, its spelling, and what a follow-up leaves out."""
