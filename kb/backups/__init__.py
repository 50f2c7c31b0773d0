"""Backups of a home: written while it is in use, signed with its key, checked and restored.

They may use the store, which knows nothing of them but the files that a killed one left.
"""
