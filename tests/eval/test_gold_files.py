"""The bundled articles: well formed, complete in their figures, and in their own words."""

from __future__ import annotations

import datetime
import re
from pathlib import Path
from typing import NamedTuple

import pytest
import yaml

ROOT = Path(__file__).resolve().parents[2]
CORPUS = ROOT / "corpus"
SOURCES = ROOT.parent / "shared" / "articles"

ARTICLES = tuple(sorted(path for path in CORPUS.glob("*.md") if path.name != "README.md"))
FRONT_MATTER = re.compile(r"\A---\n(.*?)\n---\n", re.DOTALL)
KEYS = {"title", "date", "topic", "based_on"}
WORDS = range(250, 701)
LONGEST_RUN = 7

# Names, titles and short quoted phrases that an article may share with its source whatever their length.
ALLOWED: tuple[str, ...] = ()

# Numbers in a source that state no fact.
ARTEFACTS = {
    "21": "a stray line under the headline of the Oilprice copy, a counter of the web page",
}
NUMBER = re.compile(r"\d+(?:[.,]\d+)*")


class Run(NamedTuple):
    """Consecutive words that an article shares with a source."""

    source: str
    text: str

    @property
    def length(self) -> int:
        """How many words the run has."""
        return len(self.text.split())


def words(text: str) -> list[str]:
    """The lower-cased words of a text, without punctuation."""
    return re.findall(r"\w+", re.sub("['\u2019]", "", text.lower()))


def body(article: Path) -> str:
    """The prose of an article: no front matter and no headings."""
    prose = FRONT_MATTER.sub("", article.read_text(encoding="utf-8"), count=1)
    return re.sub(r"^#+ .*$", "", prose, flags=re.MULTILINE)


def headings(article: Path) -> list[str]:
    """The headings of an article, the title first."""
    return re.findall(r"^#+ (.*)$", article.read_text(encoding="utf-8"), flags=re.MULTILINE)


def without_allowed(text: str) -> list[str]:
    """The words of a text, each allowed phrase cut out and replaced by a word that no source holds."""
    joined = f" {' '.join(words(text))} "
    for phrase in ALLOWED:
        joined = joined.replace(f" {' '.join(words(phrase))} ", " <allowed> ")
    return joined.split()


def runs_of(text: list[str], size: int) -> set[tuple[str, ...]]:
    """All runs of `size` consecutive words."""
    return {tuple(text[start : start + size]) for start in range(len(text) - size + 1)}


def longest_run(article: list[str], source: list[str]) -> list[str]:
    """The longest run of consecutive words that two texts share; the first of equals, empty if none."""
    best: list[str] = []
    while shared := runs_of(source, len(best) + 1) & runs_of(article, len(best) + 1):
        best = list(min(shared))
    return best


def shared_runs(article: Path) -> list[Run]:
    """The longest run that an article shares with each source, the longest first."""
    text = without_allowed("\n".join([*headings(article), body(article)]))
    found = [
        Run(source.name, " ".join(longest_run(text, words(source.read_text(encoding="utf-8"))))) for source in sources()
    ]
    return sorted(found, key=lambda run: -run.length)


def numbers(text: str) -> set[str]:
    """The numbers written in digits in a text, as they are written."""
    return set(NUMBER.findall(text))


def sources() -> list[Path]:
    """The published articles, where they lie beside this checkout."""
    return sorted(SOURCES.glob("*.txt"))


@pytest.fixture
def published() -> list[Path]:
    """The published articles; skips where they are not at hand."""
    if not sources():
        pytest.skip("the source articles are not beside this checkout")
    return sources()


def test_the_corpus_has_twelve_to_sixteen_articles() -> None:
    """The number that README.md promises."""
    assert 12 <= len(ARTICLES) <= 16


@pytest.mark.parametrize("article", ARTICLES, ids=lambda path: path.stem)
def test_front_matter(article: Path) -> None:
    """Four keys, an ISO date, and a title that the first heading repeats."""
    match = FRONT_MATTER.match(article.read_text(encoding="utf-8"))
    assert match is not None
    fields = yaml.safe_load(match[1])
    assert set(fields) == KEYS
    assert all(fields.values())
    assert type(fields["date"]) is datetime.date
    assert re.search(r"^date: \d{4}-\d{2}-\d{2}$", match[1], flags=re.MULTILINE)
    assert headings(article)[0] == fields["title"]


@pytest.mark.parametrize("article", ARTICLES, ids=lambda path: path.stem)
def test_length(article: Path) -> None:
    """Long enough to be retrieved from, short enough to be read."""
    assert len(body(article).split()) in WORDS


@pytest.mark.parametrize("article", ARTICLES, ids=lambda path: path.stem)
def test_file_name_is_kebab_case(article: Path) -> None:
    """Lower-case words joined by hyphens."""
    assert re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", article.stem)


@pytest.mark.parametrize("article", ARTICLES, ids=lambda path: path.stem)
def test_readme_lists_the_article(article: Path) -> None:
    """Each file has its row in the table, with its title."""
    readme = (CORPUS / "README.md").read_text(encoding="utf-8")
    rows = [line for line in readme.splitlines() if line.startswith("|") and article.name in line]
    assert len(rows) == 1
    assert headings(article)[0] in rows[0]


@pytest.mark.parametrize("article", ARTICLES, ids=lambda path: path.stem)
def test_own_words(article: Path, published: list[Path]) -> None:
    """No run of more than seven words is taken over from any source."""
    assert [run for run in shared_runs(article) if run.length > LONGEST_RUN] == []


def test_every_figure_is_carried(published: list[Path]) -> None:
    """Each number of each source stands in some article."""
    carried = numbers("\n".join(body(article) for article in ARTICLES))
    stated = {number for source in published for number in numbers(source.read_text(encoding="utf-8"))}
    assert sorted(stated - carried - set(ARTEFACTS)) == []


def test_no_figure_is_invented(published: list[Path]) -> None:
    """Each number of each article stands in some source, apart from days that a weekday there implies."""
    stated = {number for source in published for number in numbers(source.read_text(encoding="utf-8"))}
    implied = {"11", "25", "27", "28"}
    carried = numbers("\n".join(body(article) for article in ARTICLES))
    assert sorted(carried - stated - implied) == []


def test_longest_run_finds_the_longest() -> None:
    """Three words in a row are shared here, and no four."""
    assert longest_run(list("abcdxy"), list("zbcdy")) == ["b", "c", "d"]
    assert longest_run(["a"], ["b"]) == []


if __name__ == "__main__":
    for path in ARTICLES:
        print(f"{path.name}: {len(body(path).split())} words")
        for found in shared_runs(path):
            print(f"  {found.length:2}  {found.text}  [{found.source}]")
