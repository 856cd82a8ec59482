"""The web server's worker: as gunicorn makes it, but with our own page where a request is refused before Django sees it."""

from __future__ import annotations

import gc
from typing import Any

from django.template.loader import render_to_string
from gunicorn.http.errors import LimitRequestHeaders, LimitRequestLine
from gunicorn.util import write_nonblock
from gunicorn.workers.gthread import ThreadWorker


def refusal_page(status: str) -> bytes:
    """A whole answer, head and page."""
    page = render_to_string("414.html").encode()
    head = f"HTTP/1.1 {status}\r\nConnection: close\r\nContent-Type: text/html; charset=utf-8\r\nContent-Length: {len(page)}\r\n"
    policy = "Content-Security-Policy: default-src 'self'; object-src 'none'; base-uri 'none'; frame-ancestors 'none'\r\n"
    return f"{head}{policy}X-Content-Type-Options: nosniff\r\n\r\n".encode("ascii") + page


def settle() -> None:
    """Keep Python's search for cycles away from what stays anyway: all that the product and its libraries have loaded by now.

    An answer of tens of thousands of rows made the search run again and again through half a million old objects, for longer than the answer
    itself took. What requests leave behind is still searched, less often.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(100_000, 20, 20)


class Worker(ThreadWorker):  # type: ignore[misc]
    """Threads, because the embedded database lets one writer in at a time anyway."""

    def load_wsgi(self) -> None:
        super().load_wsgi()
        settle()

    def handle_error(self, req: Any, client: Any, addr: Any, exc: BaseException) -> None:
        """An address or a head that is too long is answered in words; everything else as gunicorn does."""
        if isinstance(exc, LimitRequestLine):
            self._tell(client, addr, exc, "414 URI Too Long")
        elif isinstance(exc, LimitRequestHeaders):
            self._tell(client, addr, exc, "431 Request Header Fields Too Large")
        else:
            super().handle_error(req, client, addr, exc)

    def _tell(self, client: Any, addr: Any, exc: BaseException, status: str) -> None:
        self.log.warning("Refused a request from %s: %s", (addr or ("",))[0], exc)
        try:
            write_nonblock(client, refusal_page(status))
        except OSError:
            self.log.debug("The one who asked has gone.")
