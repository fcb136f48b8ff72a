"""Holds the demo tenant against OpenAPI documents, and against a client that others wrote."""
