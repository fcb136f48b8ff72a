"""The pages of a pull on disk until they are one Parquet file: what has arrived outlives the
process, however it ends.

Beside FILE.parquet lies a hidden folder, `.FILE.parquet.stnb`, which one process has to itself
(`folder`):

    plan.json            the journal: which call it is, when it began, and how far it is
    page-000012.arrow    a decoded page (`pagefile`); `union` reads all of them as one table

Each is written under another name and then renamed, so it is there as a whole or not at all.
"""
