"""OpenAI's API under /v1: models, chat completions and embeddings, for the clients that people have already.

It may use `ui.api` and `ui.service`.
"""
