"""Serves the page to browsers, and tools to programs that speak MCP."""
