"""Campaigns, what clicks cost and bring, and reviews (modules marketing, marketingads,
marketingreputation)."""
