"""What documents, names and questions hold cannot command a terminal, whatever command shows them."""

from __future__ import annotations

import io
import json
import logging
import re
import subprocess
import unicodedata
from collections.abc import Callable
from pathlib import Path

import pytest
from rich.table import Table
from rich.text import Text

from qa.answers import Answer, Citation, CitedPassage, Milliseconds
from qa.commands.ask import show
from qa.console import SafeFormatter, Terminal, json_line, one_line, print_exactly, terminal_safe

TITLE, CLEAR, CLIPBOARD = "\x1b]0;mine\x07", "\x1b[2J", "\x1b]52;c;eA==\x1b\\"
HOSTILE = f"{TITLE}{CLEAR}The mill{CLIPBOARD} was \x9b31mbuilt\x7f in\u202e 1812\b\b."


def printed(write: Callable[[Terminal], object], **options: object) -> str:
    console = Terminal(file=io.StringIO(), width=200, **options)
    write(console)
    return str(console.file.getvalue())  # type: ignore[attr-defined]


def commands(text: str) -> set[str]:
    """The characters that a terminal would obey, line ends and tabs apart."""
    return {one for one in text if unicodedata.category(one) == "Cc" and one not in "\n\t"}


def test_what_a_terminal_obeys_is_shown_one_for_one() -> None:
    assert terminal_safe(TITLE) == "␛]0;mine␇"
    assert terminal_safe("\0\b\v\f\x1c\x7f") == "␀␈␋␌␜␡"
    assert terminal_safe("a\x85b\x9bc\u202ed\u2066e\u2028f\udc80g") == "a�b�c�d�e�f�g"
    assert len(terminal_safe(HOSTILE)) == len(HOSTILE)


def test_tabs_and_line_ends_stay_and_a_lone_return_does_not() -> None:
    assert terminal_safe("a\tb\nc\r\nd") == "a\tb\nc\r\nd"
    assert terminal_safe("sound\rdamaged") == "sound␍damaged"
    assert one_line("a\tb\nc\r\nd") == "a␉b␊c␍␊d"


@pytest.mark.parametrize(
    "text", ["Größe: 5 €", "שלום עולם", "مرحبا\u200f", "日本語", "👩‍👩‍👧", "e\u0301", "\u00a0\u00ad\ufeff"]
)
def test_the_languages_of_the_world_are_left_alone(text: str) -> None:
    assert terminal_safe(text) == one_line(text) == text


def test_every_character_with_power_is_covered() -> None:
    powerful = [chr(code) for code in range(0x110000) if unicodedata.category(chr(code)) in ("Cc", "Zl", "Zp", "Cs")]
    turned = [chr(code) for code in (*range(0x202A, 0x202F), *range(0x2066, 0x206A))]
    kept = [one for one in powerful + turned if terminal_safe(one) == one]
    assert kept == ["\t", "\n"]
    assert commands("".join(map(terminal_safe, powerful))) == set()


@pytest.mark.parametrize("force_terminal", [False, True])
def test_a_console_shows_and_never_obeys(force_terminal: bool) -> None:
    def write(console: Terminal) -> None:
        table = Table(HOSTILE)
        table.add_row(HOSTILE, style="green")
        console.print(HOSTILE, Text(HOSTILE), table)
        console.say(f"{HOSTILE}\nsound", "red")

    shown = printed(write, force_terminal=force_terminal, color_system="truecolor" if force_terminal else None)
    own = re.sub(r"\x1b\[[\d;]*m", "", shown)  # rich's colours
    assert commands(own) == set()
    assert "␛]0;mine␇␛[2JThe mill" in own and "␊sound" in own
    assert ("\x1b[31m" in shown) == force_terminal


def test_markup_and_names_of_pictures_are_plain_text() -> None:
    assert printed(lambda console: console.print("[red]a[/] :dog: [/x]")) == "[red]a[/] :dog: [/x]\n"


def test_json_escapes_what_a_terminal_obeys_and_what_ends_a_line() -> None:
    line = json_line({"a": HOSTILE + "\n\t\r\u2028\udc80ü"})
    assert commands(line) == set() and len(line.splitlines()) == 1 and "ü" in line
    assert r"\u001b]0;mine\u0007" in line and r"\u009b" in line and r"\u007f" in line and r"\u202e" in line
    assert json.loads(line) == {"a": HOSTILE + "\n\t\r\u2028\udc80ü"}
    line.encode("utf-8")
    with pytest.raises(ValueError):
        json_line(float("nan"))


def test_a_log_record_is_made_safe() -> None:
    record = logging.LogRecord("x", logging.WARNING, "", 0, "not kept: %s", (HOSTILE,), None)
    assert SafeFormatter().format(record).startswith("not kept: ␛]0;mine␇")


class Out(io.TextIOWrapper):
    """A standard output that is a terminal or not."""

    def __init__(self, *, terminal: bool) -> None:
        super().__init__(io.BytesIO(), encoding="latin-1")
        self.terminal = terminal

    def isatty(self) -> bool:
        return self.terminal


@pytest.mark.parametrize(("terminal", "wanted"), [(False, "a\x1bü\r\n\u2028"), (True, "a␛ü\r\n�")])
def test_a_text_is_exact_for_programs_alone(monkeypatch: pytest.MonkeyPatch, terminal: bool, wanted: str) -> None:
    out = Out(terminal=terminal)
    monkeypatch.setattr("sys.stdout", out)
    print_exactly("a\x1bü\r\n\u2028")
    assert out.buffer.getvalue() == wanted.encode()  # type: ignore[attr-defined]


def test_an_answer_is_shown_with_its_hostile_parts_visible() -> None:
    passage = CitedPassage(0, len(HOSTILE), HOSTILE)
    start = HOSTILE.index("1812")
    cited = Citation(f"/a/{TITLE}\n.txt", CLEAR, "0" * 64, start, start + 4, "1812", None, passage, 1.0)
    answer = Answer("When?", "1812", 0.9, (cited,), (), Milliseconds(1, 1, 2), understood=f"When{CLEAR}?")
    shown = printed(lambda console: show(answer, console))
    assert commands(shown) == set()
    assert "Read as: When␛[2J?" in shown and "[1] ␛[2J  /a/␛]0;mine␇␊.txt:" in shown
    assert "␛]0;mine␇␛[2JThe mill␛]52;c;eA==␛\\ was �31mbuilt␡ in� 1812␈␈." in shown


def test_commands_write_through_this_module_alone() -> None:
    root = Path(__file__).parents[2]
    sources = [
        path for room in ("qa", "ui", "eval") for path in (root / room).rglob("*.py") if "bench" not in path.parts
    ]
    assert [path.name for path in sources if "rich.console" in path.read_text(encoding="utf-8")] == ["console.py"]


@pytest.mark.slow
def test_every_command_is_safe_to_read_and_json_is_exact(pincite: str, tmp_path: Path) -> None:
    def run(*arguments: object) -> subprocess.CompletedProcess[bytes]:
        got = subprocess.run([pincite, *map(str, arguments)], capture_output=True, timeout=300)
        for said in (got.stdout, got.stderr) if "--text" not in arguments else ():
            assert commands(said.decode()) == set(), arguments
        return got

    articles, index = tmp_path / "articles", ("--index", tmp_path / "index")
    articles.mkdir()
    names = [articles / f"mill{TITLE}\n{CLEAR}.txt", articles / f"copy{TITLE}.txt", articles / f"bad{CLEAR}.xyz"]
    for name in names:
        name.write_bytes(HOSTILE.encode())
    built = run("index", articles, *index)
    assert "same content as" in built.stdout.decode() and "not read: " in built.stdout.decode()
    assert len(built.stdout.splitlines()) == 3
    for asked in (("ask", f"When was the mill{CLEAR} built?"), ("search", "mill"), ("status",), ("verify",)):
        got = run(*asked, *index)
        assert got.returncode == 0, got.stderr
        if asked[0] != "verify":
            assert "␛[2J" in got.stdout.decode()
    found = json.loads(run("search", "mill", *index, "--json").stdout)["passages"][0]
    assert found["text"] == HOSTILE and found["document"] in map(str, names)
    assert run("status", "--document", found["document"], "--text", *index).stdout == HOSTILE.encode()
    refused = run("status", "--document", f"{TITLE}\n", *index)
    assert refused.returncode == 1 and len(refused.stderr.splitlines()) == 1
    (tmp_path / "gold.jsonl").write_text(
        json.dumps(
            {"id": TITLE, "question": CLEAR, "answers": ["x"], "document": f"no{TITLE}", "start": 0, "kind": "who"}
        )
    )
    checked = run("eval", tmp_path / f"no{CLEAR}.jsonl", *index)
    assert checked.returncode == 1 and b"\xe2\x90\x9b[2J" in checked.stderr
    assert run("gold", "check", tmp_path / "gold.jsonl", articles).returncode == 1
    assert run("selfcheck", *index, "--count", "3").returncode == 0
    assert run("read", tmp_path / f"none{TITLE}.json").returncode == 1
