"""`python -m majung`."""

from majung.cli import main

main()
