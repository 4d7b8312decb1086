"""The two roads between forum and desk, a file a step. The only place where forums and desk meet."""
