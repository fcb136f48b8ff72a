"""Customers, their locations and contacts (module crm)."""
