"""Each file type to its text, title, headings and pages, in a confined process."""
