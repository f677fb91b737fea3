"""The ``pincite`` command: its options and its errors. A command imports what it does from ``qa.commands`` when it runs."""

from __future__ import annotations

import atexit
import gc
import logging
import os
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Annotated, Literal

import typer
from platformdirs import user_data_path

import index
from index.environment import set_environment
from index.files import digest
from index.storage.generations import IndexProblem
from index.store import in_database
from qa.answers import PASSAGES_READ
from qa.console import SafeFormatter, err

CORPUS = Path(index.__file__).parent.parent / "corpus"
PROBLEMS = (OSError, ValueError, MemoryError, IndexProblem)
app = typer.Typer(
    name="pincite",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
    help="Answers from your own articles, in their own words, with their exact place.",
)

IndexOption = Annotated[
    Path | None, typer.Option("--index", metavar="DIR", envvar="PINCITE_INDEX", help="Folder of the index.")
]
StoreOption = Annotated[
    str | None,
    typer.Option(
        "--store",
        metavar="URL",
        envvar="PINCITE_STORE",
        help="A PostgreSQL database instead of a folder, such as postgresql://user@host/database.",
    ),
]
JsonOption = Annotated[bool, typer.Option("--json", help="Print only JSON.")]
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
        help="How to search vectors (default: as this index does already; a new one decides by its size).",
    ),
]
WhereOption = Annotated[
    str | None,
    typer.Option(
        "--where",
        metavar="CONDITION",
        help='Only documents that meet a condition on type, date, title, author, language or folder, such as "date >= '
        '2023-01-01 and type = pdf".',
    ),
]


def show_version(wanted: bool) -> None:
    """Print the version and end."""
    if wanted:
        from importlib import metadata

        typer.echo(f"pincite {metadata.version('pincite')}")
        raise typer.Exit


@app.callback()
def options(
    version: Annotated[
        bool, typer.Option("--version", callback=show_version, is_eager=True, help="Print the version.")
    ] = False,
) -> None:
    """Options of the command itself."""


def index_folder(given: Path | None) -> Path:
    """The folder of the index: the one given, or the default in the user's data folder."""
    return given if given is not None else user_data_path("pincite") / "index"


def upload_folder(index: str | Path) -> Path:
    """Where the page keeps what is uploaded to an index: each has a folder of its own, as the page deletes what leaves it."""
    home, place = user_data_path("pincite").resolve(), Path(index).resolve()
    return home / "uploads" if place == home / "index" else home / f"uploads-{digest(os.fsencode(place))[:16]}"


def location(folder: Path | None, store: str | None) -> str | Path:
    """Where the index is: in the database if a URL is given, else in a folder. ValueError for a bad URL."""
    if store is None:
        return index_folder(folder)
    if not in_database(store):
        raise ValueError("the store's URL cannot be read; one reads postgresql://user@host/database")
    return store


def complain(error: BaseException) -> None:
    """Say on stderr, in one line, what is wrong."""
    reason = str(error) or type(error).__name__
    if isinstance(error, OSError) and error.filename and error.strerror:
        reason = f"{error.filename}: {error.strerror}"
    err.say(f"pincite: {reason}", "red")


@contextmanager
def plain_errors(stopped: str = "stopped") -> Iterator[None]:
    """Turn an error into one line on stderr and exit status 1. ``stopped`` is said after Ctrl-C."""
    try:
        yield
    except PROBLEMS as error:
        complain(error)
        raise typer.Exit(1) from error
    except KeyboardInterrupt:
        err.say(f"pincite: {stopped}", "yellow")
        raise typer.Exit(130) from None


@app.command("index")
def index_command(
    paths: Annotated[
        list[Path] | None, typer.Argument(metavar="[PATH]...", help="Files and folders (default: the bundled corpus).")
    ] = None,
    folder: IndexOption = None,
    store: StoreOption = None,
    embedder: EmbedderOption = None,
    search: SearchOption = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what would change; write nothing.")] = False,
    watch: Annotated[
        bool, typer.Option("--watch", help="Keep running, and update the index after each change.")
    ] = False,
    as_json: JsonOption = False,
) -> None:
    """Update the index to match files and folders."""
    if dry_run and watch:
        raise typer.BadParameter("--dry-run and --watch do not go together")
    if dry_run and store is not None:
        raise typer.BadParameter("--dry-run is for an index in a folder: leave --store out")
    with plain_errors("stopped; the index answers as it is. Run the same again: it goes on from what was done"):
        from index.encoder.embedder import SentenceEmbedder
        from qa.commands.index import changes, in_turn, roots_of, update

        place, encoder = location(folder, store), SentenceEmbedder.open(embedder)

        def held() -> Sequence[Path]:
            return roots_of(place) if isinstance(place, Path) else ()

        uploaded = [path for path in held() if path == upload_folder(place) and path.is_dir()]
        named = [*(paths or [CORPUS]), *uploaded]
        run = partial(update, place=place, embedder=encoder, search=search, planned=dry_run, as_json=as_json)
        run(named)
        # What the page adds or removes from then on is added or removed here, too.
        for _ in changes(lambda: held() or named, index_folder(folder)) if watch else ():
            try:
                in_turn(lambda: run(held() or named, quiet=True))
            except PROBLEMS as error:
                complain(error)


@app.command()
def ask(
    question: Annotated[str | None, typer.Argument(help="The question.")] = None,
    batch: Annotated[
        Path | None,
        typer.Option("--batch", metavar="FILE.jsonl", help='A file with one {"id": ..., "question": ...} per line.'),
    ] = None,
    folder: IndexOption = None,
    store: StoreOption = None,
    k: Annotated[int, typer.Option("-k", min=1, max=200, help="How many passages may be read.")] = PASSAGES_READ,
    reader: ReaderOption = None,
    embedder: EmbedderOption = None,
    where: WhereOption = None,
    as_json: JsonOption = False,
) -> None:
    """Ask one question, or a file of questions."""
    if (question is None) == (batch is None):
        raise typer.BadParameter("give a question or --batch FILE.jsonl, and not both")
    with plain_errors():
        from qa.commands.ask import ask_all, open_assistant, read_batch

        rows = read_batch(batch) if batch is not None else [(None, question or "")]
        assistant = open_assistant(location(folder, store), reader=reader, embedder=embedder, where=where)
        ask_all(assistant, rows, k, as_json=as_json or batch is not None)


@app.command()
def search(
    question: Annotated[str, typer.Argument(help="What to look for.")],
    folder: IndexOption = None,
    store: StoreOption = None,
    where: WhereOption = None,
    k: Annotated[int, typer.Option("-k", min=1, max=1000, help="How many passages to show.")] = PASSAGES_READ,
    embedder: EmbedderOption = None,
    as_json: JsonOption = False,
) -> None:
    """Find the passages nearest to a question, without reading them for an answer."""
    with plain_errors():
        from qa.commands.search import find_passages

        find_passages(question, k, location(folder, store), embedder=embedder, where=where, as_json=as_json)


@app.command()
def read(
    file: Annotated[Path, typer.Argument(metavar="FILE.json", help="A SQuAD-format file.")],
    reader: ReaderOption = None,
    predictions: Annotated[
        Path | None, typer.Option("--predictions", metavar="OUT.json", help="Write {id: answer} to this file.")
    ] = None,
    format: Annotated[
        str | None, typer.Option("--format", help="fp32, bf16 or int8 (default: the fastest on this processor).")
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """Read each question of a SQuAD-format file against its own passage; print EM and F1."""
    with plain_errors():
        from qa.commands.read import score_file

        score_file(file, reader, format, predictions=predictions, as_json=as_json)


@app.command()
def status(
    folder: IndexOption = None,
    store: StoreOption = None,
    document: Annotated[str | None, typer.Option("--document", metavar="NAME", help="Only this document.")] = None,
    text: Annotated[bool, typer.Option("--text", help="With --document: print its text as it was indexed.")] = False,
    blocks: Annotated[
        bool, typer.Option("--blocks", help="With --document: print its headings, paragraphs, rows and so on.")
    ] = False,
    as_json: JsonOption = False,
) -> None:
    """Documents, passages, settings, model fingerprints, and what could not be read."""
    with plain_errors():
        from qa.commands.status import show_status

        show_status(location(folder, store), document, text=text, blocks=blocks, as_json=as_json)


@app.command()
def verify(folder: IndexOption = None, as_json: JsonOption = False) -> None:
    """Check every stored byte against its checksum: exit 0 if all is sound, 1 if anything is damaged."""
    with plain_errors():
        from qa.commands.verify import is_sound

        if not is_sound(index_folder(folder), as_json=as_json):
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
        str, typer.Option("--from", metavar="MODEL", help="Folder or name of the encoder or reader to start from.")
    ],
    documents: Annotated[
        Path | None, typer.Option("--documents", metavar="DIR", help="The folder of a gold file's documents.")
    ] = None,
    layers: Annotated[int | None, typer.Option(help="How many of the lowest layers to keep (default: all).")] = None,
    epochs: Annotated[
        float | None, typer.Option(help="Passes over the data (default: 3 over your own questions, else 1).")
    ] = None,
    learning_rate: Annotated[float, typer.Option(help="Peak learning rate.")] = 4e-5,
    seed: Annotated[int, typer.Option(help="Seed of the sample, the order and the new span layer.")] = 0,
    screen: Annotated[
        bool, typer.Option("--screen", help="Train a small reader, which chooses what a large one reads.")
    ] = False,
    teacher: Annotated[
        Path | None, typer.Option(metavar="FOLDER", help="A larger reader with the same tokenizer to learn from.")
    ] = None,
) -> None:
    """Train a reader. If it is interrupted, run it again: it continues from its last checkpoint."""
    with plain_errors("stopped; run the same again: it goes on from its last checkpoint"):
        from index.encoder.models import model_folder
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
            screen=screen,
            teacher=teacher,
            say=err.say,
        )


def main() -> None:
    """Run a command, one of ours or one that another package adds."""
    set_environment()
    gc.set_threshold(50_000)  # what libraries load stays: looking through it a hundred times takes a tenth of a start
    atexit.register(gc.freeze)  # and at the end another tenth
    if logging.lastResort is not None:
        logging.lastResort.setFormatter(SafeFormatter())
    ours = {command.name or getattr(command.callback, "__name__", None) for command in app.registered_commands}
    if not {*ours, "--version"}.intersection(sys.argv[1:2]):
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
