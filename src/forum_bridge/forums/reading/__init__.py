"""How threads and boards are read from poll to poll, whatever their pages are made of."""
