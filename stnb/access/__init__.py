"""Getting in: the doctor, who finds out why a tenant does not answer, and the setup of a profile."""
