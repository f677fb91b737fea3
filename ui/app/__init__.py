"""The Gradio page: tabs, style and script. Only this package imports gradio."""
