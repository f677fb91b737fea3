"""PDF: from the characters on a page to lines, from lines to paragraphs in reading order, with a box for each word."""
