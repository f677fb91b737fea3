"""What a user does on the page, without the page."""
