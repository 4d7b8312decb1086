"""The polite web: one paced session a forum, pages, forms, charsets, robots.txt and challenge recognition.
It knows HTTP and HTML, and nothing of posts, engines or the ledger."""
