"""Reports of evaluations, kept side by side: each a page, and beside it a line with its figures."""

from __future__ import annotations

import json
import re
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path

from index.files import replace_file

KEPT = 20  # the oldest are deleted beyond these

_ID = re.compile(r"\d{8}-\d{6}-\d{6}")


@dataclass(frozen=True, slots=True)
class Report:
    """An evaluation: when it was made (ISO 8601, UTC) and what it found, in a sentence."""

    id: str
    made: str
    said: str


class Reports:
    """The reports in a folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def new(self) -> str:
        """The id of a report to be made now."""
        return datetime.now(UTC).strftime("%Y%m%d-%H%M%S-%f")

    def page(self, id: str) -> Path | None:
        """The place of a report's page; None if the id is none."""
        return self.folder / f"{id}.html" if _ID.fullmatch(id) else None

    def keep(self, id: str, said: str) -> None:
        """Store what a report found, and delete the oldest ones."""
        one = Report(id, datetime.now(UTC).isoformat(timespec="seconds"), said)
        replace_file(self.folder / f"{id}.json", json.dumps(asdict(one), ensure_ascii=False).encode())
        for old in self.listed()[KEPT:]:
            for suffix in (".json", ".html"):
                (self.folder / f"{old.id}{suffix}").unlink(missing_ok=True)

    def listed(self) -> list[Report]:
        """All reports, the latest first; what cannot be read is left out."""
        found = []
        for path in sorted(self.folder.glob("*.json"), reverse=True):
            try:
                found.append(Report(**json.loads(path.read_text(encoding="utf-8"))))
            except (OSError, ValueError, TypeError):
                continue
        return found
