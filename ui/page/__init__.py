"""The page: a Streamlit script (`app`), one module for each page and panel, and the HTML they show.

It may use `ui.service` and all below it.
"""
