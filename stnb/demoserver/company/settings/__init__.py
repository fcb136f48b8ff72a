"""Business units, job types, tags, accounts and people (module settings)."""
