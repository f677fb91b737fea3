"""Files and folders that cannot be seen for the moment: a drive that is not attached is no reason to forget its documents."""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from index.documents import shows_nothing


@dataclass(frozen=True, slots=True)
class Away:
    """A file or folder of which nothing can be seen, why, and how many ``documents`` of it stay in the index."""

    name: str
    reason: str
    documents: int

    def __str__(self) -> str:
        """What to say of it, with its name."""
        return f"{self.name}: {self.kept}"

    @property
    def kept(self) -> str:
        """Why it is away, and what becomes of its documents."""
        many = "1 document stays" if self.documents == 1 else f"{self.documents:,} documents stay"
        return f"{self.reason}; its {many} in the index until it is back or you remove it"


class AwayAndNeeded(ValueError):
    """Documents have to be read again, and their files cannot be seen."""

    def __init__(self, away: Away) -> None:
        super().__init__(
            f"{away.name}: {away.reason}, and its documents have to be read again; bring it back, or index without it"
        )


class WentAway(ValueError):
    """A file or folder that could be seen when a run began cannot be seen any more."""

    def __init__(self, away: Away) -> None:
        super().__init__(
            f"{away.name}: {away.reason} since the run began, so nothing was removed; run the same again once it is back"
        )


def away(roots: Sequence[str | Path], names: Iterable[str]) -> tuple[Away, ...]:
    """Return the roots that are missing, empty or not to be listed although documents of these names come from them."""
    reasons = {str(Path(root).resolve()): _unseen(Path(root)) for root in roots}
    return _counted({root: reason for root, reason in reasons.items() if reason}, names)


def check_still_there(roots: Sequence[str | Path], names: Iterable[str], gone: Sequence[Away]) -> None:
    """Raise WentAway if one of the roots is away that was not among the ``gone`` when the run began."""
    known = {one.name for one in gone}
    for one in away(roots, names):
        if one.name not in known:
            raise WentAway(one)


def unlisted(folders: Iterable[Path], names: Iterable[str]) -> tuple[Away, ...]:
    """Return those of these folders, which cannot be listed, from which documents of these names come."""
    return _counted({str(folder): "it cannot be listed" for folder in folders}, names)


def below(name: str, root: str) -> bool:
    """Whether a document's file is a root, or in it."""
    return name == root or name.startswith(f"{root.rstrip('/')}/")


def _counted(reasons: dict[str, str], names: Iterable[str]) -> tuple[Away, ...]:
    if not reasons:
        return ()
    known = list(names)
    counts = {root: sum(below(name, root) for name in known) for root in reasons}
    return tuple(Away(root, reasons[root], count) for root, count in counts.items() if count)


def _unseen(root: Path) -> str:
    """Why nothing of a root can be seen; "" if something can."""
    try:
        os.stat(root)
    except OSError as error:
        return "it is not there" if isinstance(error, FileNotFoundError) else error.strerror or str(error)
    return "it is empty" if root.is_dir() and shows_nothing(root) else ""
