"""The service: what runs while `kb up` runs: conversations, answers in a fair queue, uploads, evaluations, access.

Page, API and commands follow it. It may use `ui.words` and `ui.pictures`.
"""
