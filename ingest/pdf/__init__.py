"""PDF: words, lines, headings, tables, pictures and forms of its pages.

`pdf` reads a file; the others each know one thing about a page. It may use `ingest.plain` and all below it.
"""
