"""A route below a record, such as `customers/{id}/notes`, read for many records at once.

`plan` makes the calls, `run` reads them, or `whole_feed` does. `parents` are the records whose rows
are asked for, and `equivalents` the lists and feeds that hold the same rows for many of them.
"""
