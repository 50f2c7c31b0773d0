"""The store: all that a home keeps, in SQLite, Chroma and files: documents, conversations, jobs; deletion and backup.

SQL stands here and nowhere else; only `vectors` knows Chroma. It may use `kb.models` and `kb.language`.
"""
