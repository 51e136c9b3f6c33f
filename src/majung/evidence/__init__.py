"""What is known: canonical tables with units, keys, sources and licences; snapshots with a content hash.

May import `majung.methods` only.
"""
