"""The store: documents, conversations and jobs of a home, in SQLite, Chroma and files; deletion and backup.

SQL stands here, in `kb.people` and `kb.review`, and nowhere else; only `vectors` knows Chroma. It may use `kb.models`
and `kb.language`.
"""
