"""The page about a run: complete, self-contained, and deaf to what documents say."""

from __future__ import annotations

import re
from dataclasses import replace
from html.parser import HTMLParser

import pytest
from eval_fakes import TEXTS, TOUR, answerer, knowing

from eval.datasets.questions import GoldQuestion
from eval.harness import run
from eval.report import plots
from eval.report.page import page

NASTY = '<script>alert(1)</script> & "quoted" <img src=http://evil.example/x onerror=alert(2)>'
WHERE = "Where did Macron land?"
READS = knowing({WHERE: [("Kazakhstan", 0.9)], NASTY: [("Chevron", 0.8)]})
LAND = TEXTS[TOUR].index("Kazakhstan")
QUESTIONS = (
    GoldQuestion("q1", WHERE, ("Kazakhstan",), "macron-tour.md", (LAND,), "where"),
    GoldQuestion("q2", NASTY, (NASTY,), "macron-tour.md", (LAND,), NASTY),
    GoldQuestion("q3", "How high is it?", (), None, (), "unanswerable"),
)


@pytest.fixture(scope="module")
def done():
    return run(QUESTIONS, answerer(READS), k=6, dataset="three")


@pytest.fixture(scope="module")
def html(done):
    return page(done)


def test_every_part_is_there(html):
    for heading in (
        "By kind of question",
        "Where questions are lost",
        "Confidence",
        "Time a question",
        "Every question",
    ):
        assert f"<h2>{heading}</h2>" in html
    assert html.count('<details class="question"') == 3
    assert html.count("<svg") == 2
    assert "50.0 %" in html  # exact match


def test_the_quote_is_marked_in_its_passage(html):
    assert "Macron landed in <mark>Kazakhstan</mark> on November 1." in html


class Links(HTMLParser):
    """Every address a page could fetch."""

    def __init__(self):
        super().__init__()
        self.found = []

    def handle_starttag(self, tag, attrs):
        self.found += [
            value for name, value in attrs if name in ("src", "href", "xlink:href", "action", "srcset", "data")
        ]


def test_nothing_is_fetched(html):
    links = Links()
    links.feed(html)
    assert "data:," in links.found
    assert [link for link in links.found if not link.startswith(("#", "data:"))] == []
    assert "@import" not in html
    assert not re.search(r"url\((?!#)", html)


def test_text_never_becomes_markup(html):
    assert "<script>alert" not in html
    assert "<img" not in html
    assert html.count("<script") == 1
    assert "&lt;script&gt;alert(1)&lt;/script&gt; &amp; &quot;quoted&quot;" in html


def test_policy_lets_no_other_script_run(html):
    policy = re.search(r'Content-Security-Policy" content="([^"]*)"', html)[1]
    assert "default-src 'none'" in policy
    assert re.search(r"script-src 'sha256-[A-Za-z0-9+/=]+';", policy)


def test_same_run_same_page(done, html):
    assert page(done) == html


def test_stopped_run_and_complaints_are_said(done):
    html = page(replace(done, planned=10, complaints=("<b>line 3</b>: not JSON",)))
    assert "Stopped after 3 of 10 questions" in html
    assert "&lt;b&gt;line 3&lt;/b&gt;: not JSON" in html


def test_two_runs_side_by_side(done):
    other = run(QUESTIONS, answerer(READS, threshold=0.95), k=6, dataset="stricter")
    html = page(done, other)
    assert "Compared with stricter" in html
    assert "2 questions came out differently: 1 better, 0 worse" in html
    assert re.search(r"<tr><td>Exact match</td><td>0\.0</td><td>50\.0</td>", html)
    assert 'data-outcome="right"' in html


def test_two_runs_without_a_common_question(done):
    other = replace(done, records=tuple(replace(record, id=record.id + "x") for record in done.records))
    assert "The two runs have no question in common." in page(done, other)


def test_curves_take_the_page_s_colours():
    svg = plots.risk_coverage([([0.9, 0.5], [1, 0]), ([0.8, 0.7], [1, 1])])
    assert "var(--accent)" in svg and "var(--other)" in svg
    assert not re.search(r"#0[1-4]0[1-4]0[1-4]\b", svg)
    assert svg.startswith("<svg") and "<metadata>" not in svg


def test_ids_of_two_curves_do_not_clash():
    data = [([0.9, 0.5], [1, 0])]
    first, second = (
        set(re.findall(r'\bid="([^"]+)"', draw(data))) for draw in (plots.risk_coverage, plots.reliability)
    )
    assert first and second and not first & second
