"""The parts of the explorer, each with its script and its style beside it."""
