"""The chapters of the strategy paper: each turns result tables into blocks, in one language."""
