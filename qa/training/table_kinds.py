"""Draws tables of random facts: what they may be about stands in tables.toml."""

from __future__ import annotations

import datetime
import random
import re
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path
from typing import Any

from qa.english import MONTHS
from qa.training.table_layouts import Table

SOURCE = Path(__file__).with_name("tables.toml")

MOST_COLUMNS = 7
MOST_ROWS = 14
LATEST_YEAR = 2024


@dataclass(frozen=True, slots=True)
class Column:
    """What a column says: its headers, its values, and questions for one of its cells (``which``: for the row's label).

    ``plain`` says whether ``name`` reads well in any question ("What is the NAME of ...").
    """

    name: str
    heads: tuple[str, ...]
    values: str
    asks: tuple[str, ...] = ()
    which: tuple[str, ...] = ()
    plain: bool = True

    @property
    def adds_up(self) -> bool:
        """Whether a total of its figures makes sense: amounts and counts without a unit."""
        return re.fullmatch(r"whole \d+ \d+|money \d+ \d+(?: million)?", self.values) is not None


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of table: one row per thing, or per pair of things if there is ``also``."""

    titles: tuple[str, ...]
    label: tuple[str, ...]
    rows: str
    columns: tuple[Column, ...]
    also_label: tuple[str, ...] = ()
    also: str = ""
    totals: bool = False
    ranked: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Key:
    """The label of a row, or its two labels."""

    row: str
    also: str = ""


RANK, ROW, ALSO = "rank", "row", "also"
Slot = Column | str  # what a column of the table holds


@dataclass(frozen=True, slots=True)
class Sheet:
    """A drawn table, with labels and columns that it could have had but lacks."""

    kind: Kind
    title: str
    year: str | None
    table: Table
    slots: tuple[Slot, ...]
    keys: tuple[Key, ...]
    strangers: tuple[Key, ...]
    absent: tuple[Column, ...]
    missing: str
    total: str | None

    @property
    def columns(self) -> tuple[Column, ...]:
        """The columns that hold facts."""
        return tuple(slot for slot in self.slots if isinstance(slot, Column))

    def cell(self, row: int, slot: Slot) -> str:
        """The text of a cell."""
        return self.table.rows[row][self.slots.index(slot)]

    def only(self, rows: Sequence[int]) -> Sheet:
        """The sheet with some of its rows, without a total."""
        return replace(
            self,
            table=Table(self.table.header, tuple(self.table.rows[row] for row in rows)),
            keys=tuple(self.keys[row] for row in rows),
            total=None,
        )


@dataclass(frozen=True, slots=True)
class Source:
    """Everything in tables.toml."""

    pools: Mapping[str, tuple[str, ...]]
    kinds: tuple[Kind, ...]
    grids: tuple[Mapping[str, Any], ...]
    beside: tuple[Kind, ...]


def _split(text: str) -> tuple[str, ...]:
    return tuple(text.split("; ")) if text else ()


@lru_cache(maxsize=1)
def source() -> Source:
    """Read tables.toml."""
    raw = tomllib.loads(SOURCE.read_text(encoding="utf-8"))
    pools = {name: _split(words) for name, words in raw["pools"].items()}
    return Source(pools, tuple(map(_kind, raw["kind"])), tuple(raw["grid"]), tuple(map(_kind, raw["beside"])))


def _kind(raw: Mapping[str, Any]) -> Kind:
    columns = tuple(_column(*texts) for texts in raw["columns"])
    return Kind(
        _split(raw["titles"]),
        _split(raw["label"]),
        raw.get("rows", ""),
        columns,
        _split(raw.get("also_label", "")),
        raw.get("also", ""),
        raw.get("totals", False),
        _split(raw.get("ranked", "")),
    )


def _column(name: str, heads: str, values: str, asks: str = "", which: str = "") -> Column:
    return Column(name, _split(heads), values, _split(asks), _split(which))


def any_kind(rng: random.Random) -> Kind:
    """One of the kinds of tables; a grid becomes a kind that has each of its labels as a column."""
    known = source()
    number = rng.randrange(len(known.kinds) + len(known.grids))
    if number < len(known.kinds):
        return known.kinds[number]
    grid = known.grids[number - len(known.kinds)]
    across = grid["across"]
    labels = _years(rng, MOST_COLUMNS + 3) if across == "year" else list(known.pools[across])
    if across not in ("year", "month", "quarter", "day"):
        rng.shuffle(labels)
    columns = tuple(
        Column(
            f"{grid['measure']} in {label}",
            (label,),
            grid["values"],
            tuple(ask.replace("{column}", label) for ask in _split(grid["asks"])),
            plain=False,
        )
        for label in labels
    )
    titles = tuple(f"{title} ({grid['measure']})" for title in _split(grid["titles"]))
    return Kind(titles, _split(grid["label"]), grid["rows"], columns, totals=grid.get("totals", False))


def _years(rng: random.Random, count: int) -> list[str]:
    step = rng.choice([1, 1, 1, 2, 4, 5, 10])
    last = rng.randrange(LATEST_YEAR - 40, LATEST_YEAR + 1)
    return [str(last - step * number) for number in range(count)][::-1]


class Writer:
    """Writes values as one table would: always the same date format, currency, separator of thousands, and unit."""

    def __init__(self, rng: random.Random) -> None:
        self._rng = rng
        self._thousands = rng.choice([",", ",", ",", " ", "", "."])
        self._date = rng.choice(["{d} {month} {y}", "{d} {month} {y}", "{month} {d}, {y}", "{y}-{m:02}-{d:02}"])
        self._date = rng.choice([self._date, self._date, "{d:02}.{m:02}.{y}", "{d} {short} {y}"])
        self._money = rng.choice(["${}", "${}", "€{}", "£{}", "{} €", "{} USD", "{} kr", "{}"])
        self._cents = rng.random() < 0.5
        self._unit = rng.choice(["cell", "header", "header", "none"])
        self._percent = rng.choice(["{}%", "{}%", "{} %", "{}"])
        self._noon = rng.random() < 0.25
        self._dash = rng.choice("–-:")

    def head(self, column: Column) -> str:
        """A header, with the unit if the cells do not have it."""
        head, unit = self._rng.choice(column.heads), self._unit_of(column.values)
        if not unit or unit in head:
            return head
        return f"{head} ({unit})" if self._rng.random() < 0.7 else f"{head}, {unit}"

    def _unit_of(self, values: str) -> str:
        name, *words = values.split()
        if name == "percent":
            return "%" if self._percent == "{}" else ""
        if name == "money":
            scale = " ".join(words[2:])
            return f"{scale} EUR".strip() if self._money == "{}" else scale if self._unit == "header" else ""
        return " ".join(words[2:]) if name in ("whole", "decimal") and self._unit == "header" else ""

    def value(self, values: str) -> str:
        """A random value, written out."""
        rng, (name, *words) = self._rng, values.split()
        pools = source().pools
        if name in pools:
            return rng.choice(pools[name])
        if name == "person":
            return f"{rng.choice(pools['first'])} {rng.choice(pools['last'])}"
        if name == "team":
            return f"{rng.choice(pools['town'])} {rng.choice(pools['club'])}"
        if name == "company":
            return f"{rng.choice(pools['firm'])} {rng.choice(pools['form'])}"
        if name == "score":
            return f"{rng.randrange(6)}{self._dash}{rng.randrange(6)}"
        if name == "serial":
            return f"{words[0]}{rng.randint(int(words[1]), int(words[2]))}"
        low, high = float(words[0]), float(words[1])
        if name in ("whole", "money"):
            return self.amount(values, _spread(low, high, rng))
        if name in ("year", "code"):
            return str(rng.randint(int(low), int(high)))
        if name == "clock":
            return self._clock(rng.randint(int(low), int(high)), rng.randrange(0, 60, 5))
        if name == "date":
            return self._day(datetime.date(rng.randint(int(low), int(high)), rng.randint(1, 12), rng.randint(1, 28)))
        figure = f"{rng.uniform(low, high):.1f}"
        unit = " ".join(words[2:]) if self._unit == "cell" else ""
        return self._percent.format(figure) if name == "percent" else f"{figure} {unit}".strip()

    def amount(self, values: str, figure: float) -> str:
        """A count or an amount of money."""
        name, *words = values.split()
        small = name == "money" and float(words[1]) < 1_000 and len(words) == 2 and self._cents
        unit = " ".join(words[2:]) if self._unit != "header" else ""
        whole = f"{int(figure):,}".replace(",", self._thousands if int(figure) >= 1_000 else "")
        whole += f"{'.' if self._thousands != '.' else ','}{int(figure * 100) % 100 // 10 * 10:02}" if small else ""
        if name == "whole":
            return f"{whole} {unit}".strip() if self._unit == "cell" else whole
        scaled = f"{whole} {unit}".strip() if self._money != "{}" else whole
        return self._money.format(scaled)

    def _clock(self, hour: int, minute: int) -> str:
        if not self._noon:
            return f"{hour:02}:{minute:02}"
        return f"{(hour - 1) % 12 + 1}:{minute:02} {'am' if hour < 12 else 'pm'}"

    def _day(self, day: datetime.date) -> str:
        month = MONTHS[day.month - 1]
        return self._date.format(d=day.day, m=day.month, y=day.year, month=month, short=month[:3])


def _spread(low: float, high: float, rng: random.Random) -> float:
    """A figure between two; if they are far apart, every magnitude is as likely, as in real counts and amounts."""
    least = max(low, 1)
    return float(least * (high / least) ** rng.random()) if high > 40 * least else rng.uniform(low, high + 0.99)


def draw(kind: Kind, rng: random.Random, most_cells: int, *, blank: bool, names: Sequence[str] = ()) -> Sheet:
    """Draw a table of a kind, with the given names as labels or random ones.

    It has at most about ``most_cells`` cells. ``blank`` allows cells without any text.
    """
    writer = Writer(rng)
    columns = rng.sample(kind.columns, min(len(kind.columns), rng.randint(1, MOST_COLUMNS - 1)))
    if not columns[0].plain:  # labels such as years stay in their order
        columns.sort(key=kind.columns.index)
    keys = [Key(name) for name in names] or _keys(kind, rng)
    height = min(len(keys) if names else max(1, len(keys) - 2), MOST_ROWS, max(2, most_cells // (len(columns) + 1)))
    height = rng.randint(1 if rng.random() < 0.1 else min(2, height), height)
    strangers, keys = (
        ([], keys[:height]) if names else (keys[height:] + _alike(kind, keys[:height], rng), keys[:height])
    )
    slots: list[Slot] = [ROW, *([ALSO] if kind.also else []), *columns]
    if columns[0].plain and rng.random() < 0.08:
        rng.shuffle(slots)
    elif kind.ranked and rng.random() < 0.5:
        slots.insert(0, RANK)
    elif kind.also and rng.random() < 0.3:
        slots[:2] = [ALSO, ROW]
    missing = rng.choice(["–", "-", "n/a", "N/A", "unknown", "..."] + [""] * 3 * blank) if rng.random() < 0.25 else None
    grid = [_row(number, key, slots, writer, missing, rng) for number, key in enumerate(keys)]
    if kind.rows == "year" and not kind.also:
        order = sorted(range(height), key=lambda row: keys[row].row, reverse=rng.random() < 0.4)
        keys, grid = [keys[row] for row in order], [grid[row] for row in order]
    total = None
    if kind.totals and RANK not in slots and height > 1 and any(c.adds_up for c in columns) and rng.random() < 0.4:
        total = rng.choice(["Total", "Total", "Sum", "All", "TOTAL"])
        grid.append(_total(total, grid, slots, writer))
    title, year = _title(kind, writer, rng)
    return Sheet(
        kind,
        title,
        year,
        Table(_header(kind, slots, writer, rng), tuple(map(tuple, grid))),
        tuple(slots),
        tuple(keys),
        tuple(strangers),
        tuple(column for column in kind.columns if column not in columns),
        missing or "–",
        total,
    )


def _keys(kind: Kind, rng: random.Random) -> list[Key]:
    """Distinct labels in random order, more than a table needs."""
    wanted = MOST_ROWS + 4
    if kind.also:
        rows, also = _labels(kind.rows, 4, rng), _labels(kind.also, 5, rng)
        pairs = [Key(row, other) for row in rows for other in also]
        return rng.sample(pairs, min(len(pairs), wanted))
    labels = _labels(kind.rows, wanted, rng)
    if kind.rows in ("month", "day", "year"):  # a run of them in order, so that those left out come after it
        return [Key(label) for label in labels]
    return [Key(label) for label in rng.sample(labels, len(labels))]


def _labels(values: str, count: int, rng: random.Random) -> list[str]:
    if values == "year":
        return _years(rng, count)
    pool = source().pools.get(values)
    if pool is not None:
        kept = sorted(rng.sample(range(len(pool)), min(len(pool), count)))
        return [pool[number] for number in kept]
    writer = Writer(rng)
    return list(dict.fromkeys(writer.value(values) for _ in range(count)))


def _alike(kind: Kind, keys: Sequence[Key], rng: random.Random) -> list[Key]:
    """Labels that share a word with two of the table's: another first name, another club of the same town."""
    if kind.rows not in ("person", "team", "company") or kind.also or len(keys) < 2:
        return []
    taken = {key.row for key in keys}
    mixed = []
    for _ in range(2):
        one, other = rng.sample(keys, 2)
        label = f"{one.row.rpartition(' ')[0]} {other.row.rpartition(' ')[2]}"
        mixed += [Key(label)] * (label not in taken)
    return mixed


def _row(
    number: int, key: Key, slots: Sequence[Slot], writer: Writer, missing: str | None, rng: random.Random
) -> list[str]:
    def text(slot: Slot) -> str:
        if isinstance(slot, Column):
            return writer.value(slot.values) if missing is None or rng.random() < 0.85 else missing
        return {RANK: str(number + 1), ROW: key.row, ALSO: key.also}[slot]

    return [text(slot) for slot in slots]


def _total(label: str, grid: Sequence[Sequence[str]], slots: Sequence[Slot], writer: Writer) -> list[str]:
    """The row of totals; of what does not add up there is none."""

    def text(place: int, slot: Slot) -> str:
        if slot == ROW:
            return label
        if not isinstance(slot, Column) or not slot.adds_up:
            return "–"
        return writer.amount(slot.values, sum(_figure(row[place]) for row in grid))

    return [text(place, slot) for place, slot in enumerate(slots)]


def _figure(cell: str) -> float:
    """The figure of a written amount; 0 for a cell without any. A decimal part has exactly two digits."""
    digits = re.sub(r"[^\d.,]", "", cell)
    whole, cents = (digits[:-3], digits[-2:]) if re.search(r"[.,]\d\d$", digits) else (digits, "0")
    whole = re.sub(r"\D", "", whole)
    return int(whole) + int(cents) / 100 if whole else 0


def _header(kind: Kind, slots: Sequence[Slot], writer: Writer, rng: random.Random) -> tuple[str, ...]:
    """The headers, each another one."""

    def head(slot: Slot) -> str:
        if isinstance(slot, Column):
            return writer.head(slot)
        labels = {RANK: ("Rank", "#", "Pos.", "No."), ROW: kind.label, ALSO: kind.also_label}[slot]
        return rng.choice(labels)

    header: list[str] = []
    for slot in slots:
        found = next((one for one in (head(slot) for _ in range(8)) if one not in header), None)
        header.append(found or f"{head(slot)} ({len(header)})")
    return tuple(header)


def _title(kind: Kind, writer: Writer, rng: random.Random) -> tuple[str, str | None]:
    title = rng.choice(kind.titles)
    year = str(rng.randint(1990, LATEST_YEAR)) if "{year}" in title else None
    place, date = rng.choice(source().pools["town"]), writer.value("date 2015 2024")
    return title.format(year=year, place=place, date=date, week=rng.randint(1, 52)), year
