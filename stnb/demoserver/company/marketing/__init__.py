"""Campaigns, clicks and reviews (modules marketing, marketingads, marketingreputation)."""
