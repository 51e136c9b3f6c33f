"""An exercise: a generated programme, watermarked as such, in which every page has something to show.

`small` acts through the operations as people would; `large` fills tables for load tests; `accounts` gives sign-ins.
"""
