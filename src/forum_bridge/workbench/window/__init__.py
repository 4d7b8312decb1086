"""A try in the browser: the forum's page, inert, beside what a preset reads there; it follows the preset's file."""
