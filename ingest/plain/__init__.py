"""Plain formats: text, Markdown, HTML, tables of text, data files.

One module for each format. It may use `ingest.ocr` and `ingest.document`.
"""
