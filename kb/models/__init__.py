"""Models: language models and embedding models, their weights, and the machine they run on.

One module for each engine, behind `llm` and `embedding`. It may use `kb.language`.
"""
