"""Usage: what is asked of the documents, as counts that name nobody; and what they leave unanswered, for their editors.

Words of questions are kept of those alone who agreed to it. It may use `kb.people` and `kb.store`.
"""
