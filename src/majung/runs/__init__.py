"""A run: evidence to portfolio in one go, with manifest, result tables, figure ids, lineage, reproduction and trace.

May import the analytical rooms (`discovery`, `diagnosis`, `selection`) and below.
"""
