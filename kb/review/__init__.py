"""Review: what becomes of judged answers: corrections, the curated answers that are given again, and training data.

Its tables are its own. It may use `kb.answering` and what lies below it.
"""
