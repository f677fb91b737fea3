"""The original files behind the citations: how each compares with what was indexed, and a guarded way to open it.

A file is requested by a key, never by a path, and only files that the index names have a key.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Literal

from starlette.requests import Request
from starlette.responses import FileResponse, PlainTextResponse, Response
from starlette.routing import Route

from index.files import digest, digest_of
from index.folder_index import DocumentRecord
from index.page_image import UndrawablePage, draw_page
from index.store import Store
from index.update.away import below
from ui.state.logins import logged_in
from ui.state.reports import Reports

ROUTE = "/pincite/original"
PAGE_ROUTE = "/pincite/page"
IMAGES_KEPT = 24  # pages, the latest: some 10 MB
REPORT_ROUTE = "/pincite/report"
EXPORT_ROUTE = "/pincite/conversation"
# Types that a browser displays without running code; all others are downloaded.
SHOWN = {"txt": "text/plain; charset=utf-8", "md": "text/plain; charset=utf-8", "pdf": "application/pdf"}
POLICY = "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'"
REPORT_POLICY = (
    "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; img-src data:; sandbox allow-scripts"
)

FileState = Literal["same", "changed", "gone", "elsewhere"]


class Originals:
    """The files of the documents in an index.

    If others may have made the index, or a name lies outside its roots, a file counts as the original only if it has
    the exact bytes that were indexed, so that nobody can read files of this computer by naming them.
    """

    def __init__(self, index: Callable[[], Store]) -> None:
        self.index = index
        self._images: dict[tuple[str, int], bytes] = {}
        self._hashes: dict[str, tuple[tuple[int, int, int], str]] = {}

    def state(self, name: str, sha256: str) -> FileState:
        """How the file compares with the one that had this hash."""
        now = self._hash(name)
        if now == sha256:
            return "same"
        index = self.index()
        if index.foreign or not any(below(name, root) for root in index.settings.roots):
            return "elsewhere"
        return "gone" if now is None else "changed"

    def record(self, key: str) -> DocumentRecord | None:
        """The indexed document with this key, or None."""
        return next((record for record in self.index().documents if key_of(record.name) == key), None)

    def respond(self, key: str) -> Response:
        """The file itself: displayed if its type is harmless, else downloaded."""
        record = self.record(key)
        if record is None:
            return PlainTextResponse(
                "No indexed document has this address. Open the original from the page again.\n", status_code=404
            )
        path = Path(record.name)
        if self.state(record.name, record.sha256) in ("gone", "elsewhere"):
            return PlainTextResponse(
                f"{path.name} is no longer at the place where it was indexed. Move it back, or update the index.\n",
                status_code=410,
            )
        shown = SHOWN.get(record.kind)
        headers = {"content-security-policy": POLICY, "cache-control": "no-store"}
        return FileResponse(
            path,
            headers=headers,
            filename=path.name,
            media_type=shown or "application/octet-stream",
            content_disposition_type="inline" if shown else "attachment",
        )

    def draw(self, key: str, page: int) -> Response:
        """A page of a PDF, or a picture, as an image; an error if the file is not the indexed one or cannot be drawn."""
        record = self.record(key)
        if record is None or not 1 <= page <= record.drawable:
            return PlainTextResponse("There is no such page.\n", status_code=404)
        if self.state(record.name, record.sha256) != "same":
            return PlainTextResponse("The file is not the one that was indexed.\n", status_code=410)
        try:
            image = self._image(record.name, record.sha256, page)
        except (OSError, UndrawablePage) as error:
            return PlainTextResponse(f"The page cannot be drawn: {error}.\n", status_code=422)
        return Response(image, media_type="image/png", headers={"cache-control": "private, max-age=3600"})

    def _image(self, name: str, sha256: str, page: int) -> bytes:
        """A page that was drawn before, or is drawn now."""
        known = self._images.pop((sha256, page), None)
        image = self._images[sha256, page] = known or draw_page(Path(name).read_bytes(), page)
        if len(self._images) > IMAGES_KEPT:
            self._images.pop(next(iter(self._images)), None)
        return image

    def _hash(self, name: str) -> str | None:
        """The file's current SHA-256, recomputed only if its size or time has changed; None if unreadable."""
        try:
            if not Path(name).is_file():
                return None
            status = Path(name).stat()
            stamp = (status.st_mtime_ns, status.st_ctime_ns, status.st_size)  # programs can set the first back
            known = self._hashes.get(name)
            if known is None or known[0] != stamp:
                known = self._hashes[name] = (stamp, digest_of(Path(name)))
        except OSError:
            return None
        return known[1]


def key_of(name: str) -> str:
    """The address of a document: the first 20 hex digits of the hash of its name."""
    return digest(name.encode("utf-8", "surrogatepass"))[:20]


def link(name: str) -> str:
    """The path that opens a document's original."""
    return f"{ROUTE}/{key_of(name)}"


def route(originals: Originals) -> Route:
    """The route to the originals; requires a login if the page does."""

    def original(request: Request) -> Response:
        if not logged_in(request):
            return PlainTextResponse("Log in first.\n", status_code=401)
        return originals.respond(request.path_params["key"])

    return Route(f"{ROUTE}/{{key}}", original, methods=["GET"])


def page_route(originals: Originals) -> Route:
    """The route to the pages of PDFs as images; requires a login if the page does."""

    def draw(request: Request) -> Response:
        if not logged_in(request):
            return PlainTextResponse("Log in first.\n", status_code=401)
        return originals.draw(request.path_params["key"], request.path_params["page"])

    return Route(f"{PAGE_ROUTE}/{{key}}/{{page:int}}", draw, methods=["GET"])


def report_route(reports: Reports) -> Route:
    """The route to a report, under the report's own content policy."""

    def show(request: Request) -> Response:
        if not logged_in(request):
            return PlainTextResponse("Log in first.\n", status_code=401)
        page = reports.page(request.path_params["id"])
        if page is None or not page.is_file():
            return PlainTextResponse("There is no such report. Open one from the Evaluation page.\n", status_code=404)
        headers = {"content-security-policy": REPORT_POLICY, "cache-control": "no-store"}
        return FileResponse(page, headers=headers, media_type="text/html; charset=utf-8")

    return Route(f"{REPORT_ROUTE}/{{id}}", show, methods=["GET"])
