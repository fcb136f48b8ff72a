"""Warehouses, purchase orders, receipts, returns and transfers (module inventory)."""
