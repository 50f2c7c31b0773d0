"""Language: what text is made of, in Chinese and English: words, numbers, dates, names, days.

Nothing here knows documents or models. It uses only the nouns at the top of `kb`.
"""
