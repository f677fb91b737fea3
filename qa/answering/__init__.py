"""Which candidate is the answer, how sure that is, and when to stop reading."""
