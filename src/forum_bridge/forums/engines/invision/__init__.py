"""The adapter `invision`: Invision Community by its REST API."""
