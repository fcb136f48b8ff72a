"""A route below a record, such as `customers/{id}/notes`, read for many records at once.

`plan` makes the calls, `run` reads them, `parents` are the records whose rows are asked for, and
`equivalents` the lists and feeds that hold the same rows for many of them.
"""
