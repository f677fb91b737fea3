"""Office documents: zip archives of XML."""
