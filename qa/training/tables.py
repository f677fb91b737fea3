"""Examples of tables: cells that answer, rows and columns that are not there, and tables beside a passage that answers."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from index.sentences import sentences
from qa.training.examples import TrainingExample
from qa.training.negatives import NAMES
from qa.training.table_kinds import RANK, ROW, Column, Key, Sheet, any_kind, draw, source
from qa.training.table_layouts import LAYOUTS, Layout, Place, Table

# Cells. With the headers repeated in each row a cell takes about 7 tokens, else 4; both fill most of a window of 288 tokens.
MOST_CELLS = 44
MOST_NAMED_CELLS = 28
LONGEST_PASSAGE = 900  # characters of a passage that gets a table beside it, so that both fit a window
LONGEST_NAME = 40  # characters; longer runs of capitals are headings
MOST_PASSAGES = 400  # from which sentences around tables are taken; more would add little variety

# Questions in any domain; searches and requests stand beside whole questions, as people type both.
GENERIC = (
    "What is the {name} of {row}?",
    "What was the {name} of {row}?",
    "What's the {name} of {row}?",
    "What is {row}'s {name}?",
    "What's {row}'s {name}?",
    "What {name} does {row} have?",
    "What {name} is given for {row}?",
    "Which {name} is listed for {row}?",
    "Which {name} does {row} have?",
    "What does the table say about the {name} of {row}?",
    "According to the table, what is the {name} of {row}?",
    "In the list, what {name} does {row} have?",
    "For {row}, what is the {name}?",
    "{row}: what is the {name}?",
    "Tell me the {name} of {row}.",
    "I need the {name} of {row}.",
    "Can you tell me the {name} of {row}?",
    "Could you look up the {name} of {row}?",
    "Do you know the {name} of {row}?",
    "Give me {row}'s {name}",
    "Find the {name} for {row}",
    "{row} {name}",
    "{name} {row}",
    "{name} of {row}",
    "{name} for {row}?",
    "{row}, {name}?",
)
TOTALS = (
    "What is the total {name}?",
    "What is the total for {name}?",
    "total {name}",
    "{name} in total",
    "What do the {name} add up to?",
    "What is the sum of {name}?",
    "{name}, all together?",
)
ASIDES = (
    "{row} is covered in the next section.",
    "Data for {row} are still being checked.",
    "For {row}, see the appendix.",
    "There was some discussion about {row} at the last meeting.",
    "The entry for {row} was prepared by another office.",
    "Readers have asked about {row} several times.",
)
INTRODUCTIONS = (
    "The table gives an overview.",
    "The details are as follows:",
    "The following table was last revised in spring.",
    "An overview can be found below.",
    "Here is the list.",
)
NOTES = (
    "All figures are provisional.",
    "Source: own survey.",
    "Figures may not add up because of rounding.",
    "See the notes for details.",
    "* Estimate.",
)
ORDINALS = tuple(
    "first second third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth thirteenth fourteenth".split()
)


@dataclass(frozen=True, slots=True)
class Asked:
    """A question about a table: the cell that answers it (None: no cell does) and whom it is about.

    ``lacks`` holds what may stand nowhere in the passage, or it might answer after all.
    """

    question: str
    place: Place | None
    row: str
    lacks: tuple[str, ...] = ()


Asker = Callable[[Sheet, random.Random], Asked | None]


def _question(sheet: Sheet, column: Column, key: Key, rng: random.Random) -> str:
    """One of the column's own questions, or a generic one; some name the year of the table, if the answer is no time."""
    generic = column.plain and not key.also and rng.random() < 0.35
    template = rng.choice(GENERIC).replace("{name}", column.name) if generic else rng.choice(column.asks)
    question = template.format(row=key.row, also=key.also)
    dated = sheet.year and rng.random() < 0.4 and column.values.split()[0] not in ("year", "date")
    return _in_year(question, sheet.year) if sheet.year and dated else question


def _in_year(question: str, year: str) -> str:
    end = question[len(question.rstrip("?.")) :]
    return f"{question.rstrip('?.')} in {year}{end}"


def cell(sheet: Sheet, rng: random.Random) -> Asked | None:
    """A question for one cell."""
    row, column = rng.randrange(len(sheet.keys)), rng.choice(sheet.columns)
    if sheet.cell(row, column) in ("", sheet.missing):
        return None
    key = sheet.keys[row]
    return Asked(_question(sheet, column, key, rng), (row, sheet.slots.index(column)), key.row)


def label(sheet: Sheet, rng: random.Random) -> Asked | None:
    """A question for the row that has a certain value or rank; None unless exactly one has it."""
    row = rng.randrange(len(sheet.keys))
    place = row, sheet.slots.index(ROW)
    if RANK in sheet.slots and row < len(ORDINALS) and rng.random() < 0.7:
        return Asked(rng.choice(sheet.kind.ranked).format(ordinal=ORDINALS[row], rank=row + 1), place, "")
    columns = [column for column in sheet.columns if column.which]
    if not columns or sheet.kind.also:
        return None
    column = rng.choice(columns)
    value = sheet.cell(row, column)
    held = [text for line in sheet.table.rows for text in line]
    if value in ("", sheet.missing) or held.count(value) > 1:
        return None
    return Asked(rng.choice(column.which).format(value=value), place, "")


def total(sheet: Sheet, rng: random.Random) -> Asked | None:
    """A question for a total; unanswerable if there is no row of totals."""
    columns = [column for column in sheet.columns if column.adds_up]
    if not sheet.kind.totals or not columns:
        return None
    column = rng.choice(columns)
    question = rng.choice(TOTALS).format(name=column.name)
    if sheet.total is None:
        return Asked(question, None, "", ("total", "sum"))
    return Asked(question, (len(sheet.keys), sheet.slots.index(column)), "")


def unlisted_row(sheet: Sheet, rng: random.Random) -> Asked | None:
    """A question about a row that is not there, with a label like those that are; None if there is no such label."""
    if not sheet.strangers:
        return None
    key, column = rng.choice(sheet.strangers), rng.choice(sheet.columns)
    lacks = () if key.also else (key.row,)  # of a pair of labels, each may stand in another row
    return Asked(_question(sheet, column, key, rng), None, key.row, lacks)


def unlisted_column(sheet: Sheet, rng: random.Random) -> Asked | None:
    """A question about a listed row and a column that is not there."""
    headers = {header.partition(" (")[0].partition(", ")[0] for header in sheet.table.header}
    absent = [column for column in sheet.absent if headers.isdisjoint(column.heads)]
    if not absent or sheet.kind.also:  # pairs have columns that hint at each other: a winner and the winner's country
        return None
    column, key = rng.choice(absent), rng.choice(sheet.keys)
    lacks = () if column.plain else column.heads
    return Asked(_question(sheet, column, key, rng), None, key.row, lacks)


def blank_cell(sheet: Sheet, rng: random.Random) -> Asked | None:
    """A question about a cell that holds nothing, or says that nothing is known."""
    empty = [
        (row, column)
        for row in range(len(sheet.keys))
        for column in sheet.columns
        if sheet.cell(row, column) in ("", sheet.missing)
    ]
    if not empty:
        return None
    row, column = rng.choice(empty)
    return Asked(_question(sheet, column, sheet.keys[row], rng), None, sheet.keys[row].row)


def other_year(sheet: Sheet, rng: random.Random) -> Asked | None:
    """A question about a listed cell, but of another year than the table's."""
    asked = cell(replace(sheet, year=None), rng)
    if asked is None or sheet.year is None:
        return None
    other = str(int(sheet.year) + rng.choice([-10, -4, -2, -1, 1, 2, 4, 10]))
    return Asked(_in_year(asked.question, other), None, asked.row, (other,))


ANSWERABLE: dict[Asker, int] = {cell: 12, label: 3, total: 2}
UNANSWERABLE: dict[Asker, int] = {
    unlisted_row: 6,
    unlisted_column: 6,
    blank_cell: 3,
    other_year: 4,
    total: 2,
}
SHARES = {"answerable": 0.55, "unanswerable": 0.27, "beside": 0.18}
OTHER_ROWS = 0.25  # of the questions for a cell, how many get the rest of their table as a second passage
ALSO_IN_PROSE = 0.2  # how often the label that is asked for stands in a sentence around the table, too


def table_examples(examples: Sequence[TrainingExample], count: int, rng: random.Random) -> list[TrainingExample]:
    """Make ``count`` examples of tables with random facts, in about the proportions of ``SHARES``.

    The given examples lend sentences to stand around tables, and passages to stand beside them; without any there are
    tables alone. A question for a cell may come twice in a group: with its row, and with other rows of the table.
    """
    prose = _prose(examples, rng)
    beside = [example for example in examples if len(example.passage) <= LONGEST_PASSAGE]
    shares = SHARES if beside else {kind: share for kind, share in SHARES.items() if kind != "beside"}
    made: list[TrainingExample] = []
    while len(made) < count:
        (kind,) = rng.choices(list(shares), list(shares.values()))
        name = f"table-{len(made)}"
        if kind == "beside":
            both = _beside(rng.choice(beside), name, rng)
            made += [both] if both else []
        else:
            made += _of_table(kind == "answerable", prose, name, rng)
    return made[:count]


def _prose(examples: Sequence[TrainingExample], rng: random.Random) -> list[str]:
    """Sentences of middling length from some of the passages."""
    passages = list(dict.fromkeys(example.passage for example in examples))
    found = [
        passage[one.start : one.end].strip()
        for passage in rng.sample(passages, min(len(passages), MOST_PASSAGES))
        for one in sentences(passage)
    ]
    return [text for text in found if 40 <= len(text) <= 160 and "\n" not in text]


def _of_table(answerable: bool, prose: Sequence[str], name: str, rng: random.Random) -> list[TrainingExample]:
    """A question on a new table, and maybe the same on other rows; nothing if the table does not allow it."""
    layout = _layout(rng)
    sheet = draw(
        any_kind(rng), rng, MOST_NAMED_CELLS if layout.names_columns else MOST_CELLS, blank=layout.keeps_blanks
    )
    askers = ANSWERABLE if answerable else UNANSWERABLE
    (asker,) = rng.choices(list(askers), list(askers.values()))
    asked = asker(sheet, rng)
    if asked is None or (asked.place is not None) != answerable:
        return []
    if asker is cell and len(sheet.keys) >= 4 and not sheet.kind.also and rng.random() < OTHER_ROWS:
        return _with_other_rows(sheet, asked, layout, prose, name, rng)
    made = _example(sheet, asked, layout, prose, f"{name}-{asker.__name__}", rng)
    return [made] if made else []


def _layout(rng: random.Random) -> Layout:
    (layout,) = rng.choices(list(LAYOUTS), list(LAYOUTS.values()))
    return layout


def _with_other_rows(
    sheet: Sheet, asked: Asked, layout: Layout, prose: Sequence[str], name: str, rng: random.Random
) -> list[TrainingExample]:
    """The question with the part of the table that holds its row, and with the other part, as one group."""
    assert asked.place is not None
    row, column = asked.place
    border = rng.randrange(1, len(sheet.keys))
    first, second = list(range(border)), list(range(border, len(sheet.keys)))
    near, far = (first, second) if row < border else (second, first)
    held = _example(sheet.only(near), replace(asked, place=(near.index(row), column)), layout, prose, name, rng)
    lacking = replace(asked, place=None, lacks=(asked.row,))
    rest = _example(sheet.only(far), lacking, layout, prose, f"{name}-other_rows", rng)
    return [held, replace(rest, group=held.group)] if held and rest else []


def _example(
    sheet: Sheet, asked: Asked, layout: Layout, prose: Sequence[str], name: str, rng: random.Random
) -> TrainingExample | None:
    """The table with text around it; None if that text, or the table, holds what it should lack."""
    table, place, title = sheet.table, asked.place, sheet.title
    if _may_turn(sheet, asked, layout) and rng.random() < 0.5:
        table = table.turned
        place = None if place is None else (place[1] - 1, place[0] + 1)
        title = f"{sheet.keys[0].row}" if len(sheet.keys) == 1 and rng.random() < 0.5 else title
    named = sheet.year is not None or not sheet.columns[0].plain
    before = [_heading(title, rng)] if named or rng.random() < 0.75 else []
    after: list[str] = []
    around = [rng.choice(INTRODUCTIONS)] if rng.random() < 0.2 else []
    around += [one for one in rng.sample(prose, min(len(prose), rng.choice([0, 0, 1, 2]))) if asked.row not in one]
    in_prose = bool(asked.row) and rng.random() < ALSO_IN_PROSE and asked.row not in asked.lacks[1:]
    around += [rng.choice(ASIDES).format(row=asked.row)] if in_prose else []
    for text in around:
        (before if rng.random() < 0.6 else after).append(text)
    after += [rng.choice(NOTES)] if rng.random() < 0.15 else []
    laid = layout.lay(table, rng)
    gap = rng.choice(["\n\n", "\n\n", "\n"])
    passage = gap.join([*before, laid.text, *after])
    lacking = passage.casefold().replace(around[-1].casefold(), "") if in_prose else passage.casefold()
    if any(words.casefold() in lacking for words in asked.lacks):
        return None
    blank = TrainingExample(name, name, asked.question, passage, None, None)
    if place is None:
        return blank
    start, end = laid.spans[place]
    ahead = sum(len(part) + len(gap) for part in before)
    return replace(blank, start=ahead + start, end=ahead + end)


def _may_turn(sheet: Sheet, asked: Asked, layout: Layout) -> bool:
    """Whether the table may have its labels across the top: few things, and an answer that does not become a header."""
    few = len(sheet.keys) <= 3 and sheet.total is None and sheet.slots[0] == ROW and not sheet.kind.also
    return few and not layout.names_columns and (asked.place is None or asked.place[1] > 0)


def _heading(title: str, rng: random.Random) -> str:
    style = rng.choice(["{}", "{}", "{}:", "## {}", "### {}", "**{}**", "Table {n}: {}", "Table {n}. {}"])
    return style.format(title, n=rng.randint(1, 9))


def _beside(example: TrainingExample, name: str, rng: random.Random) -> TrainingExample | None:
    """The passage with a table about its names before or after it, which says nothing that is asked for."""
    found = dict.fromkeys(
        name.rstrip("’'") for text in (example.question, example.passage) for name in NAMES.findall(text)
    )
    names = [one for one in found if one in example.passage and "\n" not in one and len(one) <= LONGEST_NAME]
    if len(names) < 2:
        return None
    layout = _layout(rng)
    sheet = draw(
        rng.choice(source().beside),
        rng,
        MOST_NAMED_CELLS // 2,
        blank=layout.keeps_blanks,
        names=rng.sample(names[:8], min(len(names), 8)),
    )
    if _might_answer(sheet.table, example):
        return None
    text = "\n\n".join([_heading(sheet.title, rng), layout.lay(sheet.table, rng).text])
    name = f"{name}-beside"
    both = replace(example, id=name, group=name)
    if rng.random() < 0.5:
        return replace(both, passage=f"{example.passage.rstrip()}\n\n{text}")
    return both.inside(f"{text}\n\n{example.passage}", len(text) + 2)


def _might_answer(table: Table, example: TrainingExample) -> bool:
    """Whether the table shares a header with the question or holds the answer."""
    asked = set(example.question.casefold().rstrip("?").split())
    answer = (example.answer or "").casefold()
    headed = any(asked & set(header.casefold().split()) for header in table.header)
    return headed or bool(answer and any(answer in text.casefold() for row in table.rows for text in row))
