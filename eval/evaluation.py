"""One evaluation: which questions are asked of which index, and what is reported if the two do not fit."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from eval.datasets.examples import misplaced
from eval.datasets.gold_places import GoldPlaces
from eval.datasets.own_passages import index_of
from eval.datasets.questions import Complaint, Dataset, GoldQuestion, UnreadableDataset, sample, split_of
from eval.datasets.squad import in_indexed_documents
from eval.harness import Progress, run, silent
from eval.records import Run

if TYPE_CHECKING:
    from index.encoder.embedder import Embedder
    from qa.assistant import Assistant


@dataclass(frozen=True, slots=True)
class Choice:
    """Which questions are asked: those of one half, or a sample; None means all."""

    split: str | None = None
    size: int | None = None
    seed: int = 0

    def takes(self, id: str) -> bool:
        """Whether a question of this id is in the half."""
        return self.split in (None, split_of(id))

    def of(self, dataset: Dataset) -> Dataset:
        """The data set with the chosen questions; UnreadableDataset if none is left."""
        questions = tuple(one for one in dataset.questions if self.takes(one.id))
        dialogues = tuple(one for one in dataset.dialogues if self.takes(one.id))
        if self.size is not None:
            questions, dialogues = sample(questions, self.size, self.seed), ()
        if not questions and not dialogues:
            raise UnreadableDataset(f"{dataset.name}: no question is left to ask")
        return replace(dataset, questions=questions, dialogues=dialogues)


@dataclass(frozen=True, slots=True)
class Evaluated:
    """A run and whether its figures would mislead someone who does not read the complaints."""

    run: Run
    misleading: bool


def evaluate(
    dataset: Dataset, assistant: Assistant, *, k: int, own_passages: bool = False, progress: Progress = silent
) -> Evaluated:
    """Check the questions against the index, ask them, score the answers."""
    gold = GoldPlaces(assistant.index)
    if dataset.paragraphs and not own_passages:
        dataset = in_indexed_documents(dataset, gold.texts())
    complaints = [*dataset.complaints, *unfit(dataset, gold)]
    done = run(
        dataset.questions,
        assistant,
        k=k,
        dataset=dataset.name,
        dialogues=dataset.dialogues,
        progress=progress,
    )
    return Evaluated(replace(done, complaints=tuple(map(str, complaints))), any(c.misleading for c in complaints))


def unfit(dataset: Dataset, gold: GoldPlaces) -> list[Complaint]:
    """What does not fit between the index and the questions; UnreadableDataset if it has none of their documents."""
    asked = [*dataset.questions, *(turn for dialogue in dataset.dialogues for turn in dialogue.turns)]
    wanted = dict.fromkeys(question.document for question in asked if question.document)
    absent = [name for name in wanted if not gold.named(name)]
    if wanted and len(absent) == len(wanted):
        hint = (
            "; add --own-passages to index the file's own" if dataset.paragraphs else "; index them or choose --index"
        )
        raise UnreadableDataset(f"{dataset.name}: the index holds none of its {len(wanted)} documents{hint}")
    complaints = [_lacking(dataset, asked, absent, len(wanted))] if absent else []
    present = [question for question in asked if question.document and question.document not in absent]
    texts = {name: gold.text(name) for question in present for name in gold.named(question.document or "")}
    return complaints + misplaced([replace(question, documents=()) for question in present], texts)


def _lacking(dataset: Dataset, asked: Sequence[GoldQuestion], absent: Sequence[str], wanted: int) -> Complaint:
    """That some documents are not in the index, and how many questions that concerns."""
    concerned = sum(question.document in absent for question in asked)
    names = ", ".join(absent[:5]) + (" and others" if len(absent) > 5 else "")
    reason = f"the index lacks {len(absent)} of its {wanted} documents ({names}), which {concerned} questions are about"
    return Complaint(dataset.name, reason, misleading=True)


def over_own_passages(
    dataset: Dataset, embedder: Embedder, reader: str | None, progress: Progress = silent
) -> Assistant:
    """An assistant over the paragraphs that the data set brings along."""
    from qa.assistant import Assistant, Readers

    if not dataset.paragraphs:
        raise UnreadableDataset(f"{dataset.name}: has no passages of its own; only a SQuAD file or a BEIR folder has")
    index = index_of(dataset.paragraphs, embedder, progress=lambda done, total, _: progress(done, total))
    return Assistant.over_index(index, embedder, Readers.open(reader))


def check_writable(path: Path) -> None:
    """Raise OSError before the work, not after it, if a file could not be written."""
    if not path.parent.is_dir():
        raise FileNotFoundError(2, "there is no such folder to write to", str(path.parent))
    if path.is_dir():
        raise IsADirectoryError(21, "is a folder, not a file", str(path))
