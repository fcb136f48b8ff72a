"""Answers requests: the app, its routes, filters, pages and feeds, and what goes wrong
on purpose."""
