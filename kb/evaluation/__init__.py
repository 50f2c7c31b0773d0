"""Evaluation: question sets, how answers are scored, the figures and the report.

It asks through what is given to it, as a reader would; it may use all but `kb.answering` and the faces of `kb`.
"""
