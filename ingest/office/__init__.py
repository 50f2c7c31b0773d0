"""Office formats, new and old: documents, slides, workbooks, e-books.

One module for each format. It may use `ingest.plain` and all below it.
"""
