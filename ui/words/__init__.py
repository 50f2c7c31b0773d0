"""Words: what page and command line say, in Chinese and English.

It may use `ingest` and `kb`.
"""
