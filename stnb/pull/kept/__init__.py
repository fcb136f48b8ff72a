"""Rows that are kept for a while, so that the same query need not be sent again.

`age` reads how old they may be, `key` says which query they are the answer of, `files` keeps and
finds them on the disk, and `rows` is what a pull is given of all that.
"""
