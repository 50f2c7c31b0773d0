"""Wiping: overwrites what SQLite leaves of old rows in the unused parts of its pages.

`PRAGMA secure_delete` overwrites a row where it is deleted. When SQLite moves rows to another page of a tree, copies
of them can stay in the page they came from, between the cell pointers and the cells, and a later deletion
does not know of those. Only VACUUM would rid the file of them, by writing all of it again. Here the trees are
walked (https://www.sqlite.org/fileformat2.html) and those parts, which nothing reads, are overwritten with zeros.
"""

import os
import sqlite3

_INTERIOR = (2, 5)  # the kinds of a page of a tree: of an index, of a table
_LEAVES = (10, 13)


def wipe_unused(file: int, roots: list[int]) -> int:
    """Overwrite the unused parts of the pages of these trees in a database's open file. Returns in how many pages.

    The write-ahead log must be empty and nothing may write meanwhile. Readers may: they do not look at these parts. A
    connection that holds such a page in its cache would write it back as it was, so let another one commit afterwards.
    """
    header = os.pread(file, 100, 0)
    size = int.from_bytes(header[16:18], "big")
    size = 65_536 if size == 1 else size
    usable = size - header[20]
    wiped = 0
    waiting = [1, *roots]
    while waiting:
        number = waiting.pop()
        page = os.pread(file, size, (number - 1) * size)
        at = 100 if number == 1 else 0
        if len(page) < size or page[at] not in (*_INTERIOR, *_LEAVES):
            raise sqlite3.DatabaseError(f"page {number} is no page of a tree")
        interior = page[at] in _INTERIOR
        cells = int.from_bytes(page[at + 3 : at + 5], "big")
        content = int.from_bytes(page[at + 5 : at + 7], "big") or 65_536
        pointers = at + (12 if interior else 8)
        end = pointers + 2 * cells
        if not end <= content <= usable:
            raise sqlite3.DatabaseError(f"page {number} has its cells in the wrong place")
        if interior:
            waiting.append(int.from_bytes(page[at + 8 : at + 12], "big"))
            for pointer in range(pointers, end, 2):
                cell = int.from_bytes(page[pointer : pointer + 2], "big")
                waiting.append(int.from_bytes(page[cell : cell + 4], "big"))
        if page.count(0, end, content) != content - end:
            os.pwrite(file, bytes(content - end), (number - 1) * size + end)
            wiped += 1
    if wiped:
        os.fsync(file)
    return wiped
