"""The audit trail: who did what and when, in records chained by hash, so that a change of any of them is found.

It may use `kb.files`, `kb.errors` and `kb.language`; the database writes records within its own transactions.
"""
