"""How often the assistant is right: examples, metrics, the harness and its report."""
