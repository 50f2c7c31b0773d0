"""The text of a document with its form: headings, lists, tables, emphasis, and the words that are looked for marked.

It is HTML that can neither load nor navigate anything, and holds each character of the text in its order.
"""
