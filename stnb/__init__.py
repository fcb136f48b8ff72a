"""stnb: explore the ServiceTitan API from a notebook."""
