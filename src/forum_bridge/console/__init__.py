"""What an operator sees of a running daemon. Today: whether it lives and whether it is ready."""
