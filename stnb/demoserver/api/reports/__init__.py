"""The reports that the demo tenant has, and what they count."""
