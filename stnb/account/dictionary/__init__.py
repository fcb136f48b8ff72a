"""The data dictionary: every resource with its columns, filters, links and traps, as files to read.

`gather` says what there is, `of_tenant` what one tenant has named, and `markdown`, `page` and
`context` write it down; `write` puts the files into a folder.
"""
