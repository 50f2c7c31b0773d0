"""Filing: where a document stands. An uploaded one is given another path or collection.

It may use `kb.review`, `kb.store` and what lies below them.
"""
