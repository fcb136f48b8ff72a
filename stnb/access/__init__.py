"""Getting in: the doctor, which finds out why a profile does not work, and the setup of one."""
