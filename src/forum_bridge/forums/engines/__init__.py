"""Adapters of engines that have an API, a file or a folder each. The folder is the registry: nothing lists them."""
