"""``pincite eval``, ``pincite gold`` and ``pincite selfcheck``. What is slow to import waits until it is needed."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from qa.answers import PASSAGES_READ
from qa.cli import (
    EmbedderOption,
    IndexOption,
    JsonOption,
    ReaderOption,
    StoreOption,
    index_folder,
    location,
    plain_errors,
)
from qa.console import err, out


class Half(StrEnum):
    """Which half of the questions, by the hash of their ids."""

    DEV = "dev"
    TEST = "test"
    ALL = "all"


def evaluate(
    context: typer.Context,
    dataset: Annotated[Path, typer.Argument(metavar="DATASET", help="Gold JSONL, SQuAD JSON, or a BEIR folder.")],
    index: IndexOption = None,
    store: StoreOption = None,
    k: Annotated[int, typer.Option("-k", min=1, max=200, help="Passages to read.")] = PASSAGES_READ,
    report: Annotated[Path | None, typer.Option("--report", metavar="OUT.html", help="Write a page about it.")] = None,
    compare: Annotated[
        Path | None, typer.Option("--compare", metavar="OTHER.json", help="A run kept with --json --full or --save.")
    ] = None,
    save: Annotated[Path | None, typer.Option("--save", metavar="RUN.json", help="Keep the run.")] = None,
    sample: Annotated[int | None, typer.Option("--sample", metavar="N", min=1, help="Ask only N questions.")] = None,
    seed: Annotated[int, typer.Option("--seed", metavar="S", help="Which N.")] = 0,
    split: Annotated[Half, typer.Option("--split", help="Ask only one half.")] = Half.ALL,
    own_passages: Annotated[
        bool, typer.Option("--own-passages", help="Index the file's own paragraphs and ask those.")
    ] = False,
    full: Annotated[bool, typer.Option("--full", help="With --json: every question too.")] = False,
    reader: ReaderOption = None,
    embedder: EmbedderOption = None,
    as_json: JsonOption = False,
) -> None:
    """Ask every question of a data set and measure the answers, from retrieval to citation."""
    if own_passages and (_typed(context, "index") or _typed(context, "store")):
        raise typer.BadParameter("--own-passages builds an index of its own: leave --index and --store out")
    with plain_errors():
        from eval.commands.evaluate import Options, evaluate_questions
        from eval.evaluation import Choice

        choice = Choice(None if split is Half.ALL else split.value, sample, seed)
        options = Options(k, report, compare, save, full, as_json, reader, embedder)
        if dataset.is_dir():
            from eval.commands.beir import evaluate_collection

            status = evaluate_collection(dataset, choice, options)
        else:
            status = evaluate_questions(dataset, choice, options, None if own_passages else location(index, store))
        raise typer.Exit(status)


def _typed(context: typer.Context, option: str) -> bool:
    """Whether the option stands on the command line itself and not only in the environment."""
    source = context.get_parameter_source(option)
    return source is not None and source.name == "COMMANDLINE"


gold = typer.Typer(no_args_is_help=True, help="Write and check gold questions.")


@gold.command("new")
def gold_new(
    folder: Annotated[Path, typer.Argument(metavar="FOLDER", help="Your documents.")],
    file: Annotated[Path, typer.Argument(metavar="OUT.jsonl", help="Questions are added to its end.")],
    count: Annotated[int, typer.Option("--count", min=1, help="How many questions.")] = 10,
    seed: Annotated[int, typer.Option("--seed", help="Which passages come first.")] = 0,
) -> None:
    """Write gold questions on your own documents, passage by passage."""
    with plain_errors():
        from eval.commands.gold import passages_of, write_questions
        from eval.evaluation import check_writable

        check_writable(file)
        shown = passages_of(folder, seed)
        try:
            number = write_questions(shown, file, _prompt, _say, count)
        except (typer.Abort, KeyboardInterrupt, EOFError):
            _say("")
            number = None
        kept = f"{number} questions" if number is not None else "stopped; what was complete"
        _say(f"{kept} written to {file}; ask them with: pincite eval {file}")


@gold.command("check")
def gold_check(
    file: Annotated[Path, typer.Argument(metavar="FILE.jsonl", help="Gold questions.")],
    folder: Annotated[Path, typer.Argument(metavar="FOLDER", help="The documents they are about.")],
) -> None:
    """Prove that every answer stands at its offset: exit 0 if so, 1 with a line for each that does not."""
    with plain_errors():
        from eval.datasets.examples import load, validate

        faults = validate(file, folder)
        for fault in faults:
            err.say(f"pincite: {fault}", "red")
        if faults:
            raise typer.Exit(1)
        dataset = load(file)
        _say(f"{len(dataset.questions)} questions and {len(dataset.dialogues)} dialogues: every answer is at its place")


def selfcheck(
    index: IndexOption = None,
    count: Annotated[int, typer.Option("--count", min=1, help="Sentences to look for.")] = 200,
    seed: Annotated[int, typer.Option("--seed", help="Which sentences.")] = 0,
    embedder: EmbedderOption = None,
    as_json: JsonOption = False,
) -> None:
    """See whether an index finds its own sentences and has them at the right offsets: exit 0 if so, 1 if not."""
    with plain_errors():
        from eval.commands.evaluate import check_index

        raise typer.Exit(check_index(index_folder(index), count, seed, embedder, as_json=as_json))


def _prompt(text: str) -> str:
    return str(typer.prompt(text, default="", show_default=False))


def _say(text: str) -> None:
    out.print(text, soft_wrap=True)


app = typer.Typer(no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False)
app.command("eval")(evaluate)
app.command("selfcheck")(selfcheck)
app.add_typer(gold, name="gold")

if __name__ == "__main__":
    app()
