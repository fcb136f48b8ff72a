"""Lets time pass: rows arrive and change while the demo is in use."""
