"""The API at /api/v1: every operation, every register, within the permissions and the sight of who asks.

`who` finds out who asks, `problems` says what went wrong, `deeds` and `questions` hang operations and registers into
the addresses from what is registered in `majung.taskforce`.
"""

from majung.web.api.build import api, urls

__all__ = ["api", "urls"]
