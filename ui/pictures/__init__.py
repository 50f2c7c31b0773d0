"""Pictures: pages of documents drawn with their words marked, in a process of their own.

It may use `ingest` and `kb`.
"""
