"""What one does with a frame that one holds: nested rows, HTML, local times, a profile, charts. No
network.
"""
