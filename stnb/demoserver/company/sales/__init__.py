"""Estimates, and the templates that they are made from (module sales)."""
