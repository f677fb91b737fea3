"""Someone who uploads, removes, brings back and updates articles on the page, by the requests of its script."""

from __future__ import annotations

import json
import random
import re
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.request import HTTPCookieProcessor, Request, build_opener

from index.files import digest
from index.folder_index import Index

PATIENCE = 600.0  # seconds that an action may take while others write the index
WENT_AWAY = "since the run began"
BOUNDARY = "a-boundary-that-no-upload-holds"


class Visitor:
    """Acts on the page at an address; ``held`` are the names and texts of the uploads that its index is to hold."""

    def __init__(self, address: str, index: Path, pick: random.Random) -> None:
        self.held: dict[str, str] = {}
        self._address, self._index, self._pick = address, index, pick
        self._removed: dict[str, str] = {}  # by path
        self._open = build_opener(HTTPCookieProcessor()).open
        self._open(address).close()  # for the cookie
        with self._open(f"{address}config") as config:
            components = json.load(config)["components"]
        [self._component] = [one["id"] for one in components if one["props"].get("elem_id") == "pincite"]

    def act(self, number: int) -> str:
        """Do something of any kind; what went wrong, or "". Raises OSError or ValueError if the page does not answer."""
        kinds = ["upload", "update", *(["remove"] if self.held else []), *(["back"] if self._removed else [])]
        kind = self._pick.choice(kinds)
        do: Callable[[], str] = getattr(self, f"_{kind}")(number)
        while WENT_AWAY in (wrong := do() or self._settled()):
            time.sleep(1)  # and press the button again
        return f"{kind} {number}: {wrong}" if wrong else self.missed()

    def missed(self) -> str:
        """How the uploads in the index differ from those that it is to hold, or ""."""
        there = {Path(name).name for name in self._uploads()}
        too_many, lacking = sorted(there - self.held.keys()), sorted(self.held.keys() - there)
        return f"the index holds {too_many} too many and lacks {lacking}" if too_many or lacking else ""

    def _upload(self, number: int) -> Callable[[], str]:
        name, text = f"upload{number}.txt", f"The mill of upload {number} was built in {1500 + number % 400}.\n"
        head = f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="files"; filename="{name}"\r\n\r\n'
        self.held[name] = text

        def upload() -> str:
            kind = f"multipart/form-data; boundary={BOUNDARY}"
            sent = self._sent("upload", f"{head}{text}\r\n--{BOUNDARY}--\r\n", kind)
            return self._done("upload", files=sent, names=[name]) or self._done("uploaded", names=[])

        return upload

    def _update(self, _: int) -> Callable[[], str]:
        return lambda: self._done("update")

    def _remove(self, _: int) -> Callable[[], str]:
        name = self._pick.choice(sorted(self.held))
        [path] = [path for path in self._uploads() if Path(path).name == name]
        self._removed[path] = self.held.pop(name)
        return lambda: self._done(f"remove:{_key(path)}")

    def _back(self, _: int) -> Callable[[], str]:
        path = self._pick.choice(sorted(self._removed))
        self.held[Path(path).name] = self._removed.pop(path)
        return lambda: self._done(f"back:{_key(path)}")

    def _uploads(self) -> list[str]:
        return [
            record.name for record in Index.open(self._index).documents if Path(record.name).name.startswith("upload")
        ]

    def _done(self, verb: str, **values: Any) -> str:
        """What the page complains of."""
        reply = self._reply(verb, **values)
        return _words(reply["toast"]) if reply.get("trouble") else ""

    def _settled(self) -> str:
        """Wait until no job runs; how the last one failed, or ""."""
        until = time.monotonic() + PATIENCE
        while "<progress" in (job := self._reply("news", view="articles")["parts"]["job"]):
            if time.monotonic() > until:
                return f"not done after {PATIENCE:.0f} s"
            time.sleep(0.1)
        return _words(job) if "pc-trouble" in job else ""

    def _reply(self, verb: str, **values: Any) -> dict[str, Any]:
        body = {"data": [verb, values], "component_id": self._component, "fn_name": "act", "session_hash": "visitor"}
        reply: dict[str, Any] = self._sent("component_server/", json.dumps(body), "application/json")
        return reply

    def _sent(self, path: str, body: str, kind: str) -> Any:
        request = Request(f"{self._address}gradio_api/{path}", body.encode(), {"content-type": kind})
        with self._open(request, timeout=PATIENCE) as answer:
            return json.load(answer)


def _key(path: str) -> str:
    return digest(path.encode())[:20]


def _words(html: str) -> str:
    return " ".join(re.sub(r"<[^>]*>", " ", html).split())
