"""The user's files: where they lie, and that each is replaced whole or not at all, by one
writer at a time.
"""
