"""Reading: a file becomes text in a process of its own, and the text becomes chunks.

`reading` chooses the reader of a file; `process_pool` runs it within limits. It may use every reader.
"""
