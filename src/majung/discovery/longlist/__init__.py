"""The long list: candidates that nobody has defined yet, from what the evidence itself shows.

Three kinds of signals (emerging fields, product-space opportunities, venture momentum) are merged into candidates, each
with the rows it rests on. A reading aid for people who draw up definitions: nothing here is ranked into a programme.
"""

from majung.discovery.longlist.merging import Candidate, Known
from majung.discovery.longlist.report import LongList, longlist
from majung.discovery.longlist.signals import Looked, Signal

__all__ = ["Candidate", "Known", "LongList", "Looked", "Signal", "longlist"]
