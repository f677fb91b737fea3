"""The verbs of the articles: list, search, open, add, remove, bring back."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

from qa.answerer import Answerer
from ui.html.document import document
from ui.html.library import SORTS, matching, origins, problems, rows_of, table
from ui.html.markup import EMPTY, button
from ui.html.status import toast
from ui.jobs.lazy_assistant import status_of
from ui.jobs.library import UNDO, Library
from ui.session.actions import Act, look_of, number
from ui.session.reply import Reply, Sent
from ui.state.incoming import LARGEST_UPLOAD, Incoming
from ui.state.source_files import key_of, link


class Shelf:
    """The articles. Without a ``library`` they can only be looked at."""

    def __init__(self, assistant: Answerer, library: Library | None, incoming: Incoming) -> None:
        self.assistant, self.library, self.incoming = assistant, library, incoming

    @property
    def verbs(self) -> dict[str, Act]:
        """What each verb does."""
        looking: dict[str, Act] = {
            "articles": self.list,
            "sort": self.sort,
            "leaf": self.leaf,
            "only": self.only,
            "show": self.show,
        }
        library = self.library
        if library is None:
            return looking
        changing: dict[str, Callable[[Sent, Sequence[str]], object]] = {
            "update": lambda sent, arguments: library.update(*arguments[:1]),
            "samples": lambda sent, arguments: library.add_samples(),
            "add-path": lambda sent, arguments: library.add_path(sent.value),
            "back": lambda sent, arguments: library.put_back(arguments[0]),
            "undo": lambda sent, arguments: library.undo(),
            "upload": lambda sent, arguments: self._upload(library, sent),
        }
        return (
            looking
            | {verb: _job(act) for verb, act in changing.items()}
            | {
                "uploaded": lambda sent, arguments: self._uploaded(library, sent),
                "stop-job": self._stopped,
                "drop": lambda sent, arguments: self._removed(lambda: library.drop(arguments[0]), "this folder"),
                "remove": lambda sent, arguments: self._remove(library, arguments),
                "remove-chosen": lambda sent, arguments: self._remove(library, sent.chosen),
            }
        )

    def list(self, sent: Sent, arguments: Sequence[str], *, page: int = 0) -> Reply:
        """Show the articles that a search finds."""
        if status_of(self.assistant) != "ready":
            return Reply(parts={"origins": EMPTY, **problems(()), "articles": EMPTY})
        index, library = self.assistant.index, self.library
        rows = [*rows_of(index, library.roots.out if library is not None else ())]
        found = matching((row for row in rows if row.status == "indexed"), sent.query)
        sort = sent.sort if sent.sort in SORTS else "title"
        wrong = [row for row in rows if row.status != "indexed"]
        return Reply(
            parts={
                "origins": origins(library.origins(), changing=True) if library is not None else EMPTY,
                **problems(wrong),
                "articles": table(found, page, sort),
            }
        )

    def sort(self, sent: Sent, arguments: Sequence[str]) -> Reply:
        """Sort the articles by another column."""
        return replace(self.list(replace(sent, sort=arguments[0]), ()), page={"sort": arguments[0]})

    def leaf(self, sent: Sent, arguments: Sequence[str]) -> Reply:
        """Show another page of the table."""
        return self.list(sent, (), page=number(arguments[0]))

    def only(self, sent: Sent, arguments: Sequence[str]) -> Reply:
        """Show the articles of one root."""
        roots = self.library.roots.paths if self.library is not None else ()
        root = next((one for one in roots if key_of(str(one)) == arguments[0]), None)
        query = str(root) if root is not None else ""
        return replace(self.list(replace(sent, query=query), ()), query=query)

    def show(self, sent: Sent, arguments: Sequence[str]) -> Reply:
        """Open a document."""
        index = self.assistant.index
        record = next((one for one in index.documents if key_of(one.name) == arguments[0]), None)
        if record is None:
            raise ValueError("This article is no longer in the index.")
        words, structure = index.document_text(record.name), index.structure(record.name)
        shown = document(record, words, link(record.name), structure, look_of(arguments[1:]))
        return Reply(parts={"panel": shown}, panel=True)

    def _upload(self, library: Library, sent: Sent) -> None:
        """Take uploaded files into the library."""
        with self.incoming.taking(dict(zip(sent.files, sent.names, strict=True))) as arrived:
            library.keep(arrived)

    def _uploaded(self, library: Library, sent: Sent) -> Reply:
        """Index what was uploaded; ``sent.names`` did not arrive."""
        library.add_uploads()
        if not sent.names:
            return Reply()
        most = f"at most {LARGEST_UPLOAD // 1024**2} MB each"
        return Reply(toast=toast(f"Not uploaded ({most}): {', '.join(sent.names)}. Try again."), trouble=True)

    def _stopped(self, sent: Sent, arguments: Sequence[str]) -> Reply:
        if self.library is not None:
            self.library.stop()
        return Reply()

    def _remove(self, library: Library, keys: Sequence[str]) -> Reply:
        wanted = set(keys)
        index = self.assistant.index
        known = [*(one.name for one in index.documents), *(one.name for one in index.unreadable)]
        names = [name for name in known if key_of(name) in wanted]
        if not names:
            raise ValueError("Select the articles to remove first.")
        said = Path(names[0]).name if len(names) == 1 else f"{len(names):,} articles"
        return self._removed(lambda: library.remove(names), said)

    def _removed(self, work: Callable[[], None], what: str) -> Reply:
        work()
        said = f"Removed {what} from the index. Files in your folders stay; uploads are deleted in {UNDO / 60:.0f} minutes."
        return Reply(toast=toast(said, button("undo", "Undo")))


def _job(act: Callable[[Sent, Sequence[str]], object]) -> Act:
    """An action that only starts a job: the page learns the rest from the news."""

    def run(sent: Sent, arguments: Sequence[str]) -> Reply:
        act(sent, arguments)
        return Reply()

    return run
