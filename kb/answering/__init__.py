"""Answering: finding passages, and writing the answer: search steps, prompts, and the answer in the making.

It may use `kb.checking` and all below it; `kb.assistant` leads through its steps.
"""
