"""Answers requests: routes, filters, pages, feeds, and what goes wrong on purpose."""
