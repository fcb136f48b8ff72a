"""Makes the tables: a simulated contractor, subject by subject, named as the API names
its modules."""
