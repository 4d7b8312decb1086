"""The shared look of the sandbox's pages: base template, styles, texts in Turkish and English, cleaning of strangers'
HTML. Knows neither the forum nor the desk that use it."""
