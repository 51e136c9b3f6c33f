"""Majung (마중): a national new-industry strategy task force, from evidence to review."""

__version__ = "0.1.0"
