"""Where each industry stands: technology level and gap, market situation, the position that follows.

May import `majung.programme` and below.
"""

from majung.diagnosis.diagnose import KEYS, Diagnosis, diagnose

__all__ = ["KEYS", "Diagnosis", "diagnose"]
