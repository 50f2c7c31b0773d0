"""Quarantine: how far a document speaks to a model, and which ones are held back for it until an editor releases them.

`kb.access.order_scores` keeps what is held, and the catalog carries it out. It may use `kb.checking` and `kb.store`.
"""
