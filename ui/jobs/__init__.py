"""What runs behind the page and outlives a click: loading, the queue of questions, the library, vectors, evaluations."""
