"""The command line: one module for each group of commands, and the client of a running service.

It may use all of `ui`.
"""
