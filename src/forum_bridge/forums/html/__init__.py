"""The ``html`` adapter: an engine without an API is a YAML preset, and this package is what runs it."""
