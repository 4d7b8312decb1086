"""What needs a person is told by itself: conditions seen in the ledger, told once, again daily, and when over."""
