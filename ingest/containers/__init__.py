"""Containers: files that hold other files: mails, archives, bundles.

Each gives its own text and its members. It may use every reader.
"""
