"""For developers: OpenAPI documents -> catalog.json. Nothing here is needed to read the API."""
