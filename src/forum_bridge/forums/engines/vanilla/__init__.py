"""The adapter `vanilla`: Vanilla (Higher Logic) by its API, version 2."""
