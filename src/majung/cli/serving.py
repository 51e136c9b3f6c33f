"""Serving a WSGI application on this machine: the workspace and the public site alike."""

from __future__ import annotations

from majung.methods.labelled import InputError


def serve(application: str, host: str, port: int, workers: int) -> None:
    """Serve until Ctrl+C. application: `module:name`. Raises InputError where the server is not installed."""
    try:
        from granian.constants import Interfaces
        from granian.server import Server
    except ImportError as error:
        raise InputError("serving needs the extra `web`: pip install 'majung[web]'") from error
    Server(
        application,
        address=host,
        port=port,
        interface=Interfaces.WSGI,
        workers=workers,
        # Database connections are a thread's own: few threads, many requests.
        blocking_threads=4,
    ).serve()
