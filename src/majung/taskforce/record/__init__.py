"""The record as files: rows of the institution in TOML, read, entered by operations, written back.

`kinds` says which rows there are and what names each; `reading` checks files; `loading` enters them; `exporting` writes
them; `toml` is how they are written; `folder` keeps definitions and evidence.
"""
