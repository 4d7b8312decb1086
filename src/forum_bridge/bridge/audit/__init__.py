"""Compares what stands on a forum, in the ledger and in the cases. Changes nothing."""
