"""The `majung` command."""

from majung.cli.app import app, main

__all__ = ["app", "main"]
