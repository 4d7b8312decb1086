"""Guesses from a forum's pages what a preset has to say, by structure alone: what repeats, what changes from one to the
next, what is a date, who is linked. Deterministic; knows no engine."""
