"""The page: a Streamlit script (`app`), one module for each page and panel.

It may use `ui.html`, `ui.service` and all below them.
"""
