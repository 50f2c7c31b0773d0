"""The API under /api: one module for each group of routes.

It may use `ui.service` and all below it.
"""
