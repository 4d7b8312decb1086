"""What adapters of engines with a JSON API share: asking, reading pages from poll to poll, judging refusals."""
