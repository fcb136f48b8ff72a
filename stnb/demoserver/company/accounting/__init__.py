"""Invoices, payments, the journal, and what vendors are owed (module accounting)."""
