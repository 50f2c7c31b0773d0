"""The HTML of the pages' parts, in which every text is escaped or sanitised.

Knows what answers, documents, models, runs and people look like, and nothing of Streamlit.
"""
