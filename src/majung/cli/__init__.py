"""The `majung` command."""
