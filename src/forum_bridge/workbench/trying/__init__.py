"""Shows what a preset reads of one page, key by key: in words, and beside the page itself."""
