"""OCR: text that is recognised in pictures, and where on them it stands.

It may use `ingest.document`.
"""
