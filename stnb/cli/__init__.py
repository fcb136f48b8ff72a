"""The command line: one file a command; each prints what the rooms return."""
