"""The Model Context Protocol: tools and resources of the documents, for agents; over stdio and under /mcp.

It may use `ui.api` and `ui.service`.
"""
