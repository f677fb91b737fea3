"""The ``pincite`` command. Whatever is slow to import is imported by the command that needs it."""

from __future__ import annotations

import json
import logging
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer
from platformdirs import user_data_path

import index
from index.environment import set_environment
from index.files import replace_file
from index.storage.generations import IndexProblem
from index.store import build, in_database, named, open_store
from qa.answers import PASSAGES_READ
from qa.console import SafeFormatter, Terminal, print_exactly, print_json

if TYPE_CHECKING:
    from rich.progress import Progress

CORPUS = Path(index.__file__).parent.parent / "corpus"
app = typer.Typer(
    name="pincite",
    add_completion=False,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    help="Answers from your own articles, in their own words, with the place they stand at.",
)
out, err = Terminal(), Terminal(stderr=True)

IndexOption = Annotated[
    Path | None, typer.Option("--index", metavar="DIR", envvar="PINCITE_INDEX", help="Folder of the index.")
]
StoreOption = Annotated[
    str | None,
    typer.Option(
        "--store",
        metavar="URL",
        envvar="PINCITE_STORE",
        help="A PostgreSQL database in place of the folder, such as postgresql://user@host/database.",
    ),
]
JsonOption = Annotated[bool, typer.Option("--json", help="Print JSON alone.")]
ReaderOption = Annotated[
    str | None,
    typer.Option(
        "--reader",
        metavar="MODEL",
        envvar="PINCITE_READER",
        help="Folder or name of an extractive model (default: the bundled reader).",
    ),
]
EmbedderOption = Annotated[
    str | None,
    typer.Option(
        "--embedder",
        metavar="MODEL",
        envvar="PINCITE_EMBEDDER",
        help="Folder or name of an embedding model (default: the bundled one).",
    ),
]
SearchOption = Annotated[
    Literal["size", "exact", "graph"] | None,
    typer.Option(
        "--search",
        envvar="PINCITE_SEARCH",
        help="How vectors are searched (default: as before, at first by size).",
    ),
]
WhereOption = Annotated[
    str | None,
    typer.Option(
        "--where",
        metavar="CONDITION",
        help='Only documents such as "date >= 2023-01-01 and type = pdf"; title, author, language and folder can be named, too.',
    ),
]


def index_folder(given: Path | None) -> Path:
    """The index to use: the one named, or the one in the user's data folder."""
    return given if given is not None else user_data_path("pincite") / "index"


def location(folder: Path | None, store: str | None) -> str | Path:
    """The index to use, in a database if one is named, else in a folder; ValueError for what is no URL."""
    if store is None:
        return index_folder(folder)
    if not in_database(store):
        raise ValueError("the store's URL cannot be read; one reads postgresql://user@host/database")
    return store


PROBLEMS = (OSError, ValueError, MemoryError, IndexProblem)


def complain(error: BaseException) -> None:
    """Say in one line on stderr what is wrong."""
    reason = str(error) or type(error).__name__
    if isinstance(error, OSError) and error.filename and error.strerror:
        reason = f"{error.filename}: {error.strerror}"
    err.say(f"pincite: {reason}", "red")


@contextmanager
def plain_errors() -> Iterator[None]:
    """What cannot be done is said in one line on stderr, with exit status 1."""
    try:
        yield
    except PROBLEMS as error:
        complain(error)
        raise typer.Exit(1) from error
    except KeyboardInterrupt:
        err.say("pincite: stopped", "yellow")
        raise typer.Exit(130) from None


def warn(warnings: Iterable[str]) -> None:
    """Say each on stderr."""
    for warning in warnings:
        err.say(f"pincite: {warning}", "yellow")


def progress_bar() -> Progress:
    """Counts and time left, on stderr, only where someone watches."""
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    return Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeRemainingColumn(),
        console=err,
        disable=not err.is_terminal,
        transient=True,
    )


@app.command("index")
def index_command(
    paths: Annotated[
        list[Path] | None, typer.Argument(metavar="[PATH]...", help="Files and folders (default: the bundled corpus).")
    ] = None,
    folder: IndexOption = None,
    store: StoreOption = None,
    embedder: EmbedderOption = None,
    search: SearchOption = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only say what would be done.")] = False,
    watch: Annotated[bool, typer.Option("--watch", help="Go on, and keep the index in step with changes.")] = False,
    as_json: JsonOption = False,
) -> None:
    """Bring the index in step with files and folders."""
    if dry_run and watch:
        raise typer.BadParameter("--dry-run and --watch do not go together")
    if dry_run and store is not None:
        raise typer.BadParameter("--dry-run is for an index in a folder: leave --store out")
    with plain_errors():
        from index.builder import plan
        from index.embedder import SentenceEmbedder
        from index.update.report import BuildReport
        from qa.commands.index import changes, show_build

        roots, place, encoder = paths or [CORPUS], location(folder, store), SentenceEmbedder.open(embedder)

        def run() -> BuildReport:
            with progress_bar() as bar:
                task = bar.add_task("Reading" if dry_run else "Indexing", total=None)

                def progress(done: int, total: int, name: str) -> None:
                    bar.update(task, completed=done, total=total)

                if dry_run:
                    return plan(roots, index_folder(folder), encoder.fingerprint, progress=progress)
                return build(roots, place, encoder, search=search, progress=progress)

        def say(report: BuildReport) -> None:
            if as_json:
                print_json(asdict(report) | {"index": named(place)})
            else:
                show_build(report, named(place), out, planned=dry_run)

        say(run())
        for _ in changes(roots, index_folder(folder)) if watch else ():
            try:
                report = run()
                if report.differs:
                    say(report)
            except PROBLEMS as error:
                complain(error)


@app.command()
def ask(
    question: Annotated[str | None, typer.Argument(help="The question.")] = None,
    batch: Annotated[
        Path | None, typer.Option("--batch", metavar="FILE.jsonl", help='Lines of {"id": ..., "question": ...}.')
    ] = None,
    folder: IndexOption = None,
    store: StoreOption = None,
    k: Annotated[int, typer.Option("-k", min=1, max=200, help="Passages to read.")] = PASSAGES_READ,
    reader: ReaderOption = None,
    embedder: EmbedderOption = None,
    where: WhereOption = None,
    explain: Annotated[bool, typer.Option("--explain", help="Say why this answer.")] = False,
    as_json: JsonOption = False,
) -> None:
    """Ask one question, or a file of them."""
    if (question is None) == (batch is None):
        raise typer.BadParameter("give a question or --batch FILE.jsonl, and not both")
    with plain_errors():
        rows = read_batch(batch) if batch is not None else [(None, question or "")]
        from qa.assistant import Assistant

        assistant = Assistant.open(location(folder, store), reader=reader, embedder=embedder)
        warn(assistant.warnings)
        if where is not None:
            assistant = assistant.where(where)
        with progress_bar() as bar:
            task = bar.add_task("Reading", total=len(rows))
            for at in range(0, len(rows), 8):
                some = rows[at : at + 8]
                answers = assistant.ask_many([text for _, text in some], k)
                bar.update(task, advance=len(some))
                for (id, _), answer in zip(some, answers, strict=True):
                    if as_json or batch is not None:
                        print_json(answer.with_id(id).as_dict())
                    else:
                        from qa.commands.ask import show

                        show(answer, out, explain=explain)


@app.command()
def search(
    question: Annotated[str, typer.Argument(help="What to look for.")],
    folder: IndexOption = None,
    store: StoreOption = None,
    where: WhereOption = None,
    k: Annotated[int, typer.Option("-k", min=1, max=1000, help="Passages to show.")] = PASSAGES_READ,
    embedder: EmbedderOption = None,
    as_json: JsonOption = False,
) -> None:
    """Find the passages nearest to a question, without reading them for an answer."""
    with plain_errors():
        from index.embedder import SentenceEmbedder
        from qa.commands.index import show_passages
        from qa.retrieval.hybrid import HybridRetriever

        opened = open_store(location(folder, store))
        warn(opened.warnings)
        retriever = HybridRetriever(opened, SentenceEmbedder.open(embedder))
        hits = (retriever.where(where) if where is not None else retriever).retrieve(question, k)
        if as_json:
            print_json({"question": question, "passages": [asdict(hit.passage) | {"score": hit.score} for hit in hits]})
        else:
            show_passages(hits, out)


def read_batch(path: Path) -> list[tuple[str | None, str]]:
    """The ids and questions of a batch file; ValueError naming the line that is not one."""
    from qa.assistant import check_question

    rows: list[tuple[str | None, str]] = []
    try:
        lines = path.read_text(encoding="utf-8-sig").split("\n")
    except UnicodeDecodeError as error:
        raise ValueError(f"{path}: not UTF-8 ({error.reason} at byte {error.start})") from error
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        try:
            row = json.loads(line)
            id, question = row.get("id"), row["question"]
        except (ValueError, KeyError, AttributeError) as error:
            raise ValueError(f'{path}: line {number} is not {{"id": ..., "question": ...}}') from error
        try:
            check_question(question if isinstance(question, str) else "")
        except ValueError as error:
            raise ValueError(f"{path}: line {number}: {error}") from error
        rows.append((None if id is None else str(id), question))
    return rows


@app.command()
def read(
    file: Annotated[Path, typer.Argument(metavar="FILE.json", help="A SQuAD-format file.")],
    reader: ReaderOption = None,
    predictions: Annotated[
        Path | None, typer.Option("--predictions", metavar="OUT.json", help="Write {id: answer} there.")
    ] = None,
    format: Annotated[
        str | None, typer.Option("--format", help="fp32, bf16 or int8 (default: what this processor is quickest at).")
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """Read each question of a SQuAD-format file against its own passage; print EM and F1."""
    with plain_errors():
        from qa.commands.read import read_file

        with progress_bar() as bar:
            task = bar.add_task("Reading", total=None)
            result = read_file(
                file, reader, format, progress=lambda done, total: bar.update(task, completed=done, total=total)
            )
        if predictions is not None:
            replace_file(predictions, json.dumps(result.predictions, ensure_ascii=False).encode())
        if as_json:
            print_json(result.scores)
            return
        for name, value in result.scores.items():
            out.say(f"{name.replace('_', ' '):32} {value}")


@app.command()
def status(
    folder: IndexOption = None,
    store: StoreOption = None,
    document: Annotated[str | None, typer.Option("--document", metavar="NAME", help="Only this document.")] = None,
    text: Annotated[bool, typer.Option("--text", help="With --document: print its text as it was indexed.")] = False,
    as_json: JsonOption = False,
) -> None:
    """Documents, passages, settings, model fingerprints, and what could not be read."""
    with plain_errors():
        from qa.commands.status import describe, find, lines

        opened = open_store(location(folder, store))
        if document is not None and text:
            print_exactly(opened.document_text(find(opened, document).name))
            return
        report = describe(opened, document)
        if as_json:
            print_json(report)
            return
        for name, value in report.items():
            rows = value if isinstance(value, list) else [value]
            out.say(f"{name.replace('_', ' ')}:", "bold")
            for line in (line for row in rows for line in lines(row, named=document is not None and name == "files")):
                out.say(f"  {line}")


@app.command()
def verify(folder: IndexOption = None, as_json: JsonOption = False) -> None:
    """Check every stored byte against its checksum: exit 0 sound, 1 damaged."""
    with plain_errors():
        from index.storage.generations import verify as verify_store

        damaged = verify_store(index_folder(folder))
        if as_json:
            print_json({"sound": not damaged, "damaged": list(damaged)})
        elif not damaged:
            out.say("sound", "green")
        for name in damaged:
            err.say(f"pincite: {name}: differs from its checksum; run `pincite index` again", "red")
        if damaged:
            raise typer.Exit(1)


@app.command()
def train(
    out_folder: Annotated[Path, typer.Argument(metavar="OUT", help="Folder for checkpoints and the finished reader.")],
    data: Annotated[
        Path,
        typer.Option(
            "--data",
            metavar="DIR|FILE",
            help="The folder of the recipe's files, or one SQuAD-format or gold JSONL file.",
        ),
    ],
    start: Annotated[
        str, typer.Option("--from", metavar="MODEL", help="Folder or name of an encoder or reader to start from.")
    ],
    documents: Annotated[
        Path | None, typer.Option("--documents", metavar="DIR", help="Where a gold file's documents are.")
    ] = None,
    layers: Annotated[int | None, typer.Option(help="Keep the lowest so many layers.")] = None,
    epochs: Annotated[float, typer.Option(help="Passes over the data.")] = 1.0,
    learning_rate: Annotated[float, typer.Option(help="Peak learning rate.")] = 4e-5,
    seed: Annotated[int, typer.Option(help="Of the sample, the order and the new span layer.")] = 0,
    keep: Annotated[
        float, typer.Option(min=0, max=1, help="Share of the weights it started from in the finished reader.")
    ] = 0.0,
    screen: Annotated[
        bool, typer.Option("--screen", help="A small reader, which tells what a large one is to read.")
    ] = False,
) -> None:
    """Train a reader; run again after an interruption and it goes on from its last checkpoint."""
    with plain_errors():
        from index.models import model_folder
        from qa.commands.train import run

        run(
            out_folder,
            data=data,
            start=model_folder(start),
            documents=documents,
            layers=layers,
            epochs=epochs,
            learning_rate=learning_rate,
            seed=seed,
            keep=keep,
            screen=screen,
            say=err.say,
        )


def main() -> None:
    """Run the command, one of ours or one that another package adds."""
    set_environment()
    if logging.lastResort is not None:
        logging.lastResort.setFormatter(SafeFormatter())
    ours = {command.name or getattr(command.callback, "__name__", None) for command in app.registered_commands}
    if not ours.intersection(sys.argv[1:2]):
        add_commands(app)
    app()


def add_commands(to: typer.Typer) -> None:
    """Add the commands of other packages; looking for them takes longer than most of ours take to start."""
    from importlib.metadata import entry_points

    for entry in sorted(entry_points(group="pincite.commands"), key=lambda entry: entry.name):
        command = entry.load()
        if isinstance(command, typer.Typer):
            to.add_typer(command, name=entry.name)
        else:
            to.command(entry.name)(command)
