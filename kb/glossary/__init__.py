"""Glossary: the house's own terms with their other forms: kept, proposed from documents, and found in questions.

It may use `kb.people`, `kb.store` and all below; `kb.answering` widens searches by it.
"""
