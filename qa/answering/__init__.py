"""Which candidate is the answer, how sure it is, and when to stop reading."""
