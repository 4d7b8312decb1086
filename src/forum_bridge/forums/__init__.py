"""Forums: the adapter contract, the registry that finds adapters, and the one ``html`` adapter that presets drive.
This floor knows pages and engines, and nothing of the ledger or of Deskie."""
