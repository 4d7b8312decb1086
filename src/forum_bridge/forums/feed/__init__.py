"""The ``feed`` adapter: RSS, Atom and JSON Feed. It trusts nothing that a feed says and never writes."""
