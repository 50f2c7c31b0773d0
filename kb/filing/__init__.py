"""Filing: where a document stands: its path and collection, which an uploaded one changes, and its tags.

It may use `kb.review`, `kb.store` and what lies below them.
"""
