"""Review: what becomes of judged answers: corrections, the curated answers that are given again, and training data.

Its SQL stands here. It may use `kb.answering` and what lies below it.
"""
