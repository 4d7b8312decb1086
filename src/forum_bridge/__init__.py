"""Forum threads in Deskie: posts become cases, answers become posts."""

__version__ = "0.1.0"
