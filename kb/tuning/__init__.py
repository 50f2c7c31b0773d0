"""Tuning: a small adapter (LoRA) is trained on what editors accepted, and written as GGUF for both engines.

What it needs beyond the product (peft, trl, datasets, gguf: the extra `tune`) is imported when a training begins.
"""
