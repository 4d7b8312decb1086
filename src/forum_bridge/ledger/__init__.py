"""The ledger: everything the bridge knows, durable. Open it with ``forum_bridge.ledger.ledger.Ledger``."""
