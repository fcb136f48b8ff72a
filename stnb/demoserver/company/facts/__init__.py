"""What is true at the company and shown by no resource alone: facts that several makers share."""
