"""Requests: what is asked of whole documents instead of a few passages: a summary, a comparison, a whole list, which
documents speak of something; and a question that has to be asked back. Nothing else of `kb` but `kb.assistant` uses it.
"""
