"""The document as it was read, and what all readers share: titles, tables, encodings, number forms, kinds of files.

It may use `kb` and no other room of `ingest`.
"""
