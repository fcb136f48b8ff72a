"""What one does with a frame: open nested rows, read HTML, shift times, profile it, draw it.

Nothing here uses the network.
"""
