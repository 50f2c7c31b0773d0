"""Messages: one code for each thing that is said to a person, and its words in English and Chinese.

A module for each subject holds the templates, `catalogue` all of them; `coded_text` is a text that knows its code.
It uses nothing of `kb`.
"""
