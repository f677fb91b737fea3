"""The Gradio page: its tabs, its style, its script. Only here is gradio imported."""
