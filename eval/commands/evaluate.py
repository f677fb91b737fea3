"""What the commands do: open, ask with a progress bar, print, write; each returns an exit status."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from eval.datasets.examples import load
from eval.datasets.questions import Dataset, UnreadableDataset
from eval.evaluation import (
    Choice,
    Evaluated,
    check_writable,
    evaluate,
    over_own_passages,
)
from eval.records import Run, read_run
from eval.report.comparison import changes, paired
from eval.report.tables import compared, show_run
from eval.selfcheck import check, drawn, files_changed
from eval.summary import as_json
from index.files import replace_file
from qa.answers import PASSAGES_READ
from qa.console import err, json_line, out, print_json, progress

SOUND, MISLEADING, INTERRUPTED = 0, 1, 130
COMPLAINTS_SHOWN = 20


@dataclass(frozen=True, slots=True)
class Options:
    """How the commands were asked to work and where to write."""

    k: int = PASSAGES_READ
    report: Path | None = None
    compare: Path | None = None
    save: Path | None = None
    full: bool = False
    as_json: bool = False
    reader: str | None = None
    embedder: str | None = None


def complain(sentences: Sequence[str]) -> None:
    """What is wrong with the data, on stderr."""
    for sentence in sentences[:COMPLAINTS_SHOWN]:
        err.say(f"pincite: {sentence}", "yellow")
    if len(sentences) > COMPLAINTS_SHOWN:
        err.say(f"pincite: and {len(sentences) - COMPLAINTS_SHOWN} more like these", "yellow")


def evaluate_questions(path: Path, choice: Choice, options: Options, location: str | Path | None) -> int:
    """Ask a gold or SQuAD file, over the index at a location; with None, over its own passages."""
    for target in (options.report, options.save):
        if target is not None:
            check_writable(target)
    other = read_run(options.compare) if options.compare is not None else None
    dataset = choice.of(load(path))
    evaluated = _asked(dataset, options, location)
    run = evaluated.run
    if not run.records:
        raise UnreadableDataset(f"{path}: stopped before the first answer")
    complain(run.complaints)
    _publish(run, other, options)
    if run.interrupted:
        complain([f"stopped after {len(run.records)} of {run.planned} questions; the figures are of those alone"])
        return INTERRUPTED
    return MISLEADING if evaluated.misleading else SOUND


def _asked(dataset: Dataset, options: Options, location: str | Path | None) -> Evaluated:
    from index.encoder.embedder import SentenceEmbedder
    from qa.assistant import Assistant

    if location is None:
        with progress("Indexing") as step:
            assistant = over_own_passages(dataset, SentenceEmbedder.open(options.embedder), options.reader, step)
    else:
        assistant = Assistant.open(location, reader=options.reader, embedder=options.embedder)
        complain(assistant.warnings)
    with progress("Asking") as step:
        return evaluate(dataset, assistant, k=options.k, own_passages=location is None, progress=step)


def _publish(run: Run, other: Run | None, options: Options) -> None:
    if options.save is not None:
        replace_file(options.save, f"{json_line(as_json(run, full=True))}\n".encode())
    if options.report is not None:
        from eval.report.page import page

        replace_file(options.report, page(run, other).encode())
    differences = changes(paired(run, other)) if other is not None else []
    if options.as_json:
        found = as_json(run, full=options.full)
        if other is not None:
            found["compared"] = {one.score.key: one.as_dict() for one in differences}
        print_json(found)
        return
    show_run(run, out)
    if other is not None:
        out.print(compared(differences))


def check_index(folder: Path, count: int, seed: int, embedder: str | None, *, as_json: bool) -> int:
    """Probe an index for its own sentences and check its offsets."""
    from index.encoder.embedder import SentenceEmbedder
    from index.store import open_store
    from qa.retrieval.hybrid import HybridRetriever

    opened = open_store(folder)
    complain(opened.warnings)
    found = check(opened, HybridRetriever(opened, SentenceEmbedder.open(embedder)), count=count, seed=seed)
    stale = files_changed(opened, {passage.document for passage in drawn(opened.passages, 2 * count, seed)})
    complain(found.misplaced)
    complain([f"{name}: has changed since it was indexed; run `pincite index` again" for name in stale])
    if as_json:
        print_json(found.as_dict() | {"changed_files": stale})
    else:
        at = ", ".join(f"recall@{k} {100 * share:.1f} %" for k, share in found.recall.items())
        out.print(f"{found.probes} sentences, each without its rarest word, looked for: {at}")
        wrong = f"{len(found.misplaced)} misplaced" if found.misplaced else "all at their offsets"
        out.print(f"{found.passages} passages compared with their documents: {wrong}; {found.seconds:.1f} s")
    return MISLEADING if found.misplaced or stale else SOUND
