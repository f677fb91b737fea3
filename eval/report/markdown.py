"""Tables in the documentation: each stands between two markers, and the script that measures it fills it."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path, PurePath

from eval.bootstrap import mean_interval
from eval.records import Record
from eval.summary import BY_KEY, by_kind
from index.files import replace_file
from qa.answers import Certainty

WORDS: tuple[Certainty, ...] = ("sure", "likely", "unsure")
REFUSALS: dict[Certainty, str] = {
    "sure": "nothing near",
    "likely": "nearest sentences, likely no answer",
    "unsure": "nearest sentences, unsure",
}
GOLD_COLUMNS = {"em": "EM, %", "f1": "F1, %", "recall_at_5": "recall@5, %"}


def table(header: Sequence[str], rows: Sequence[Sequence[str]], *, right: int = 0) -> str:
    """Markdown for a table; the last ``right`` columns are aligned to the right."""
    rule = ["---"] * (len(header) - right) + ["---:"] * right
    return "\n".join(f"| {' | '.join(cells)} |" for cells in (header, rule, *rows))


def fill(path: Path, name: str, text: str) -> None:
    """Replace what stands between ``<!-- name -->`` and ``<!-- /name -->``; ValueError if either marker is missing."""
    begin, end = f"<!-- {name} -->", f"<!-- /{name} -->"
    before, opened, rest = path.read_text(encoding="utf-8").partition(begin)
    _, closed, after = rest.partition(end)
    if not (opened and closed):
        raise ValueError(f"{path}: has no {begin} that is followed by {end}")
    replace_file(path, f"{before}{begin}\n{text}\n{end}{after}".encode())


def gold_table(records: Sequence[Record]) -> str:
    """One row per kind of question, then the totals of the questions with and without an answer.

    "Refused" is the share of a row's questions that were refused, in percent; the other columns are means in percent, empty if
    no question of the row has the score.
    """
    totals = {
        "**all with an answer**": [record for record in records if record.answerable],
        "**all without an answer**": [record for record in records if not record.answerable],
    }
    rows = [[name, str(len(some)), *_cells(some)] for name, some in (by_kind(records) | totals).items() if some]
    return table(("kind", "questions", *GOLD_COLUMNS.values(), "refused, %"), rows, right=5)


def file_type_table(records: Sequence[Record]) -> str:
    """One row per type of file that the questions are about, then the totals of those with and without an answer.

    "Sure, wrong" is the number of answers that were called sure and are wrong, be it another row of the table, another
    column, or an answer where there is none.
    """
    answerable = [record for record in records if record.answerable]
    types = sorted({_suffix(record) for record in answerable})
    groups = {f"`{suffix}`": [record for record in answerable if _suffix(record) == suffix] for suffix in types}
    groups |= {"**all with an answer**": answerable}
    groups |= {"**all without an answer**": [record for record in records if not record.answerable]}
    rows = [
        [name, str(len(some)), *_cells(some), str(sum(map(_sure_and_wrong, some)))] for name, some in groups.items()
    ]
    return table(("file", "questions", *GOLD_COLUMNS.values(), "refused, %", "sure, wrong"), rows, right=6)


def _suffix(record: Record) -> str:
    return PurePath(record.expected_document or "").suffix


def _sure_and_wrong(record: Record) -> bool:
    return not record.refused and not record.em and record.certainty == "sure"


def words_table(records: Sequence[Record]) -> str:
    """One row per word for how sure an answer is, or a refusal: how many there are, and the share that is right, with its interval.

    A refusal is right if the question has no answer in the articles.
    """
    given = {f"answer, {word}": [r for r in records if not r.refused and r.certainty == word] for word in WORDS}
    refused = {REFUSALS[word]: [r for r in records if r.refused and r.certainty == word] for word in WORDS}
    rows = [
        [name, str(len(some)), _right([r.em if r.answerable else 0.0 for r in some])] for name, some in given.items()
    ]
    rows += [[name, str(len(some)), _right([float(not r.answerable) for r in some])] for name, some in refused.items()]
    return table(("what is shown", "questions", "right, %"), rows, right=2)


def _right(scores: Sequence[float]) -> str:
    """A share in percent with its 95 % interval; empty without any."""
    if not scores:
        return ""
    found = mean_interval(scores)
    return f"{100 * found.value:.1f} ({100 * found.low:.0f} to {100 * found.high:.0f})"


def _cells(records: Sequence[Record]) -> list[str]:
    columns = [BY_KEY[key].values(records) for key in GOLD_COLUMNS] + [[float(record.refused) for record in records]]
    return [f"{100 * sum(values) / len(values):.1f}" if values else "" for values in columns]
