"""Access: who may read what. Rules name readers; the one that is nearest to a document holds.

It may use `kb.schema` and `kb.errors`; the catalog carries the rules out, within its own transactions.
"""
