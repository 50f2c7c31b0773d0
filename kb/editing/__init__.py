"""Editing: what editors make of a document: its passages as they see them, and what they did to these.

`ingest.reading.editing` carries that out on what was read, before it is embedded. It may use `kb.store`.
"""
