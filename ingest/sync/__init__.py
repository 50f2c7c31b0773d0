"""Synchronisation: which files changed, reading and storing them in order, jobs, and watched folders.

It may use all of `ingest`.
"""
