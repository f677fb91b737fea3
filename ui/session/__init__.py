"""What a user does on the page, independent of Gradio."""
