"""A forum and a desk to try the bridge on, in one process, with nothing outside it."""
