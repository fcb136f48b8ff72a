"""Memberships and service agreements (modules memberships, service_agreements)."""
