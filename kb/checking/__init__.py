"""Checking: what each sentence of an answer rests on, and whether those words state it.

It calls no model and reads no store: what it needs is given to it. It may use `kb.language`.
"""
