"""One loader per file type: from bytes to text, title, headings and pages. ``index.sandbox`` runs them confined."""
