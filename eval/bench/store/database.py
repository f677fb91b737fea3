"""The same passages in a folder and in PostgreSQL: what do building, searching and keeping them take?

    python eval/bench/store/database.py [--passages 100000] [--queries 200] [--filler SQUAD.json] [--work FOLDER]

Articles of words by Zipf's law are indexed in a folder, then by two writers at once in a PostgreSQL server that the script starts.
The vector of a text is made up from those of three real passages, of the bundled articles or a SQuAD file, and noise: always the
same for the same text. A question is eight words of a passage; its vector lies between that passage's and a real one. Questions
are asked one after the other, of each store in a fresh process, after twenty that are not timed. Recall is against the exact
searches of the folder. What the work folder already holds is not made again.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import time
import zlib
from collections.abc import Callable, Iterable, Sequence
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np

from eval.bench.filling import filling
from eval.bench.machine import machine, status
from eval.bench.postgres_server import NoServer, running
from eval.bench.results import command_line, console, print_table, write_json
from eval.bench.store.growth import PASSAGES_EACH, article
from index import builder
from index.arrays import Floats
from index.documents import load
from index.encoder.cpu import cores
from index.encoder.embedder import SentenceEmbedder, unit
from index.files import replace_file
from index.folder_index import Index, Rankings
from index.postgres import builder as postgres_builder
from index.postgres.search import Searching
from index.postgres.store import PostgresStore
from index.search.dense import DenseIndex

REAL = 2_000  # passages that are embedded
SHARES, NOISE = (1.0, 0.6, 0.4), 0.3  # how much of three of them, and of noise, is in a vector
WRITERS, DEPTH, AT, UNTIMED, WORDS_ASKED, FILES_EACH = 2, 50, 10, 20, 8, 1_000
# What a server of 8 GB would be given.
SETTINGS = [f"-c{setting}" for setting in (
    "shared_buffers=2GB", "effective_cache_size=6GB", "max_wal_size=8GB", "checkpoint_timeout=30min", "random_page_cost=1.1",
)]  # fmt: skip


class MadeUp:
    """An embedder whose vectors are near those of real passages, the same for the same text."""

    fingerprint = "made up"

    def __init__(self, real: Floats) -> None:
        self._real = real
        self.dimension = real.shape[1]

    def embed(self, texts: Sequence[str]) -> Floats:
        """One unit vector per text."""
        return unit(np.array([*map(self._one, texts)]).reshape(-1, self.dimension))

    def _one(self, text: str) -> Any:
        random = np.random.default_rng(zlib.crc32(text.encode()))
        own = random.normal(scale=NOISE / self.dimension**0.5, size=self.dimension)
        return SHARES @ self._real[random.integers(len(self._real), size=len(SHARES))] + own


def main() -> None:
    """Make, build twice, measure both, print a table, write JSON."""
    parser = command_line(__doc__, "bench-database.json", "filler", "work", passages=100_000, queries=200)
    parser.add_argument("--step", help=argparse.SUPPRESS)
    options = parser.parse_args()
    work = options.work if options.step else options.work / f"database-{options.passages}"
    if options.step:
        sys.stdout.write(json.dumps(STEPS[options.step.partition(" ")[0]](work, options.step.partition(" ")[2])))
        return
    where = machine(cores())
    (work / "server").mkdir(parents=True, exist_ok=True)
    try:
        with running(work / "server", SETTINGS) as server:
            report = measured(work, server.url(), options)
    except NoServer as error:
        raise SystemExit(str(error)) from error
    title = f"{options.passages:,} passages, {where['processor']}, load {where['load']} at the start"
    print_table(title, ("figure", "folder", "PostgreSQL"), compared(*report.values()), left=("figure",))
    write_json(options.json, {"machine": where, "passages": options.passages, **report})


def measured(work: Path, url: str, options: argparse.Namespace) -> dict[str, dict[str, Any]]:
    """The figures of the folder and of the database."""
    kept(work / "made.json", lambda: make(work, options.passages, options.filler))
    writing = [f"write {url}"] * WRITERS
    folder = {"writers": 1, **kept(work / "folder.json", lambda: built(work, "folder"))}
    database = {"writers": WRITERS, **kept(work / "written.json", lambda: built(work, *writing))}
    kept(work / "asked.json", lambda: step(work, f"ask {options.queries}"))
    folder |= step(work, "search") | {"disk, GB": gigabytes(work / "index")}
    database |= step(work, f"search {url}") | {"disk, GB": gigabytes(work / "server" / "data" / "base")}
    return {"folder": folder, "database": database}


def kept(path: Path, make: Callable[[], dict[str, Any]]) -> dict[str, Any]:
    """What was written to a file, or is made now and written there."""
    if not path.exists():
        console.print(f"making {path}", style="dim")
        path.parent.mkdir(parents=True, exist_ok=True)
        replace_file(path, json.dumps(make()).encode())
    found: dict[str, Any] = json.loads(path.read_bytes())
    return found


def step(work: Path, *steps: str) -> dict[str, Any]:
    """Run steps at once, each in a process of its own; their figures, the greatest of each."""
    command = [sys.executable, __file__, "--work", str(work), "--step"]
    processes = [subprocess.Popen([*command, one], stdout=subprocess.PIPE) for one in steps]
    said = [json.loads(process.communicate()[0]) for process in processes]
    return {name: max(one[name] for one in said) for name in said[0]}


def built(work: Path, *steps: str) -> dict[str, Any]:
    """The figures of steps that build, and how long all of them took."""
    began, load_then = time.perf_counter(), os.getloadavg()[0]
    return step(work, *steps) | {"build, s": time.perf_counter() - began, "load at its start": load_then}


def make(work: Path, passages: int, filler: Path | None) -> dict[str, Any]:
    """Write the articles and the vectors of real passages."""
    np.save(work / "real.npy", SentenceEmbedder.open().embed([*islice(filling(filler), REAL)]))
    random = np.random.default_rng(0)
    for number in range(passages // PASSAGES_EACH):
        path = work / "articles" / f"{number // FILES_EACH:04}" / f"{number:07}.txt"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(article(random), encoding="utf-8")
    return {"passages": passages, "filler": filler and filler.name}


def in_folder(work: Path, _: str) -> dict[str, Any]:
    """Index in a folder."""
    report = builder.build([work / "articles"], work / "index", MadeUp(np.load(work / "real.npy")), load=load)
    return {"documents": report.documents, "passages": report.passages}


def in_database(work: Path, url: str) -> dict[str, Any]:
    """Index in a database as one of its writers."""
    embedder, ended = MadeUp(np.load(work / "real.npy")), [0.0]

    def progress(*_: object) -> None:
        ended[0] = time.perf_counter()

    store = PostgresStore.create(url, embedder)
    report = postgres_builder.build([work / "articles"], store, embedder, load=load, progress=progress)
    graph = time.perf_counter() - ended[0]
    return {"documents": report.documents, "passages": report.passages, "of it the graph and statistics, s": graph}


def ask(work: Path, queries: str) -> dict[str, Any]:
    """Write the questions, their vectors, and what the exact searches of the folder find."""
    index, real = Index.open(work / "index"), np.load(work / "real.npy")
    random = np.random.default_rng(1)
    near = random.choice(len(index.passages), UNTIMED + int(queries), replace=False)
    mixed = index.contents.vectors[near] + real[random.integers(len(real), size=len(near))]
    texts = [" ".join(random.choice(index.passages[int(number)].text.split(), WORDS_ASKED)) for number in near]
    np.save(work / "asked.npy", unit(mixed))
    vectors = DenseIndex(index.contents.vectors).search(unit(mixed), AT).ids
    terms = index.sparse.search(texts, AT).ids
    return {"texts": texts, "vectors": _places(index, vectors), "terms": _places(index, terms)}


def search(work: Path, url: str) -> dict[str, Any]:
    """Ask one question after the other."""
    asked, vectors = json.loads((work / "asked.json").read_bytes()), np.load(work / "asked.npy")
    store = PostgresStore.open(url) if url else Index.open(work / "index")
    everyone = [
        Path("/proc/self"),
        *(family(work / "server") if url else ()),
    ]  # with the process for the connection of ``open``
    before = worked(everyone)
    took, found = timed(lambda n: store.rank([asked["texts"][n]], vectors[n : n + 1], DEPTH), len(vectors))
    report = {f"search, p{share} ms": float(np.percentile(took, share)) for share in (50, 95)}
    report["processor for a search, ms"] = (worked(everyone) - before) / len(vectors)
    for name, run in alone(store, asked["texts"], vectors).items():
        report[f"{name} alone, p50 ms"] = float(np.median(timed(run, len(vectors))[0]))
    report |= {f"recall@{AT} of {name}": recall(found, name, asked[name]) for name in ("vectors", "terms")}
    own = status("self")
    report |= {"memory, GB": own["VmRSS"] / 1e6, "of it not shared, GB": own["RssAnon"] / 1e6}
    return report | ({"memory of the server, GB": memory(everyone[1:])} if url else {})


def alone(store: Index | PostgresStore, texts: Sequence[str], vectors: Floats) -> dict[str, Callable[[int], object]]:
    """Each of the two searches of a store by itself, for the question with a number."""
    if isinstance(store, Index):
        return {
            "vectors": lambda n: store.dense.search(vectors[n : n + 1], DEPTH),
            "terms": lambda n: store.sparse.search([texts[n]], DEPTH),
        }

    def searching(n: int, name: str) -> object:
        with store.database.snapshot() as connection:
            one = Searching(connection)
            return one.by_vector(vectors[n], DEPTH) if name == "vectors" else one.by_terms(texts[n], DEPTH)

    return {name: lambda n, name=name: searching(n, name) for name in ("vectors", "terms")}  # type: ignore[misc]


def timed(run: Callable[[int], Any], times: int) -> tuple[list[float], list[Any]]:
    """The milliseconds of each run but the untimed first ones, and what they returned."""
    milliseconds, found = [], []
    for number in range(times):
        began = time.perf_counter()
        found.append(run(number))
        milliseconds.append((time.perf_counter() - began) * 1000)
    return milliseconds[UNTIMED:], found[UNTIMED:]


def recall(found: Sequence[list[Rankings]], name: str, right: Sequence[Sequence[list[Any]]]) -> float:
    """The mean share of the right passages, of all that there are, among as many found."""
    shares = []
    for [one], wanted in zip(found, right[UNTIMED:], strict=True):
        passages = [one.passages[number] for number, _ in getattr(one, name)[:AT]]
        places = [[passage.document, passage.start] for passage in passages]
        shares.append(sum(place in places for place in wanted) / len(wanted))
    return float(np.mean(shares))


def compared(folder: dict[str, Any], database: dict[str, Any]) -> list[tuple[str, str, str]]:
    """A row per figure that either has."""
    names = dict.fromkeys((*database, *folder))
    return [(name, _shown(folder.get(name)), _shown(database.get(name))) for name in names]


def family(folder: Path) -> list[Path]:
    """Where /proc has the server over the data in a folder, and its processes."""
    server = (folder / "data" / "postmaster.pid").read_text(encoding="utf-8").split()[0]
    children = Path(f"/proc/{server}/task/{server}/children").read_text(encoding="ascii").split()
    return [Path("/proc", process) for process in (server, *children)]


def memory(processes: Iterable[Path]) -> float:
    """Gigabytes of processes, what they share counted once."""
    shares = ((one / "smaps_rollup").read_text(encoding="ascii").split("Pss:")[1] for one in processes)
    return sum(int(share.split()[0]) for share in shares) / 1e6


def worked(processes: Iterable[Path]) -> float:
    """The processor's milliseconds for processes, in steps of ten."""
    figures = ((one / "stat").read_text(encoding="ascii").rpartition(")")[2].split() for one in processes)
    return sum(int(figure[11]) + int(figure[12]) for figure in figures) * 1000 / os.sysconf("SC_CLK_TCK")


def gigabytes(folder: Path) -> float:
    """The size of all files below a folder."""
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file()) / 1e9


def _places(index: Index, ids: Iterable[Iterable[int]]) -> list[list[tuple[str, int]]]:
    rows = [[index.passages[int(number)] for number in row if number >= 0] for row in ids]
    return [[(passage.document, passage.start) for passage in row] for row in rows]


def _shown(figure: Any) -> str:
    if figure is None:
        return ""
    return f"{figure:,}" if isinstance(figure, int) else f"{figure:.3f}" if figure < 10 else f"{figure:.1f}"


STEPS = {"folder": in_folder, "write": in_database, "ask": ask, "search": search}


if __name__ == "__main__":
    main()
