"""Makes the tables of a simulated contractor, named as the API names its modules."""
