"""A folder of finished pages on this machine's loopback address."""

from __future__ import annotations

import functools
import http.server
from pathlib import Path

from majung.cli.progress import console
from majung.methods.labelled import InputError

CONTENT_SECURITY_POLICY = "default-src 'none'; style-src 'self'; img-src 'self'; font-src 'self'; base-uri 'none'"


class _Handler(http.server.SimpleHTTPRequestHandler):
    def end_headers(self) -> None:
        self.send_header("Content-Security-Policy", CONTENT_SECURITY_POLICY)
        self.send_header("X-Content-Type-Options", "nosniff")
        super().end_headers()

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002
        """Say nothing: the terminal belongs to the person."""


def serve_folder(folder: Path, port: int, start: str) -> None:
    """Serve a folder until the person presses Ctrl+C. Raises InputError if the port is taken."""
    handler = functools.partial(_Handler, directory=str(folder))
    try:
        server = http.server.ThreadingHTTPServer(("127.0.0.1", port), handler)
    except OSError as error:
        raise InputError(
            f"port {port} cannot be used ({error.strerror}); choose another: --port 0 takes a free one"
        ) from error
    with server:
        console.print(f"Serving http://127.0.0.1:{server.server_port}/{start} (Ctrl+C ends)")
        try:
            server.serve_forever()
        except KeyboardInterrupt:
            console.print("Ended.")
