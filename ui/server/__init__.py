"""Serving the page to a browser, and the tools to programs that speak MCP."""
