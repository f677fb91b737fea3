"""What the page offers without being asked."""

from __future__ import annotations

from pathlib import Path

from page_fakes import FakeAssistant, FakeIndex

from qa.answers import Answer
from ui.jobs.evaluation_job import Measuring
from ui.jobs.queue import Line
from ui.session.news import News
from ui.state.corrections import Corrections
from ui.state.reports import Reports


class Passing(FakeAssistant):
    """An assistant whose index is made anew while a question is asked."""

    news: News

    def ask(self, question: str, k: int = 10) -> Answer:
        self.news._offered_of = "the next one"
        return FakeAssistant.ask(self, question, k)


def test_questions_of_an_index_that_has_passed_are_no_longer_asked(tmp_path: Path) -> None:
    names = ("Keller", "Lund", "Berg")
    for number, name in enumerate(names):
        (tmp_path / f"{number}.md").write_text(f"A. {name}, the head of {name} Works, opened it.\n")
    assistant = Passing(
        FakeIndex([*tmp_path.glob("*.md")]), {f"Who is the head of {name} Works?": name for name in names}
    )
    line = Line()
    measuring = Measuring(
        assistant, line, Corrections(tmp_path / "c.jsonl"), Reports(tmp_path / "reports"), samples=tmp_path
    )
    assistant.news = news = News(assistant, line, None, measuring)
    news._find("this one")
    assert assistant.asked == []
    news._offered_of = "this one"
    news._find("this one")
    assert len(assistant.asked) == 1 and news.offered == ()
