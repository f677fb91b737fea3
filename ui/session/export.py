"""A conversation as a file: Markdown, HTML or JSON, every answer with its sources."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from itertools import islice

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from qa.console import json_safe
from ui.html.citation_text import escape_markdown, reference
from ui.html.conversation import sentence_of
from ui.html.markup import Html, join, tag
from ui.state.conversations import Chat, ChatStore, ChatTurn
from ui.state.logins import logged_in
from ui.state.source_files import EXPORT_ROUTE


def as_markdown(conversation: Chat) -> str:
    """Questions as headings, answers as quotations, sources numbered."""
    return "\n".join(_markdown_turn(one) for turn in conversation.turns for one in _answers(turn))


def as_html(conversation: Chat) -> str:
    """A self-contained page without scripts or downloads."""
    turns = join(_html_turn(one) for turn in conversation.turns for one in _answers(turn))
    policy = "default-src 'none'; style-src 'unsafe-inline'"
    style = (
        "body{font:1rem/1.6 Georgia,serif;max-width:44rem;margin:2rem auto;padding:0 1rem}"
        "ol{font-size:.9rem}blockquote{white-space:pre-line}"
    )
    return (
        f'<!doctype html>\n<html lang="en">\n<meta charset="utf-8">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{policy}">\n'
        f"{tag('title', conversation.title)}\n<style>{style}</style>\n<h1>Pincite</h1>\n{turns}</html>\n"
    )


def as_json(conversation: Chat) -> str:
    """The whole conversation, as it is stored."""
    return json_safe(json.dumps(conversation.as_dict(), ensure_ascii=False, indent=1)) + "\n"


FORMS: dict[str, tuple[Callable[[Chat], str], str]] = {
    "md": (as_markdown, "text/markdown"),
    "html": (as_html, "text/html"),
    "json": (as_json, "application/json"),
}


def export_route(store: ChatStore) -> Route:
    """The route that serves a stored conversation as a file to anyone who knows its id."""

    def export(request: Request) -> Response:
        if not logged_in(request):
            return PlainTextResponse("Log in first.\n", status_code=401)
        conversation = store.load(request.path_params["id"])
        form = FORMS.get(request.path_params["form"])
        if conversation is None or form is None:
            return PlainTextResponse(
                "No such conversation is kept here. Ask the page again and save the new one.\n", status_code=404
            )
        name = f"pincite-{conversation.id[:8]}.{request.path_params['form']}"
        headers = {"content-disposition": f'attachment; filename="{name}"', "cache-control": "no-store"}
        return Response(form[0](conversation), media_type=form[1], headers=headers)

    return Route(f"{EXPORT_ROUTE}/{{id}}.{{form}}", export, methods=["GET"])


def _said(turn: ChatTurn) -> str:
    """What was answered: the sentence of the answer, or what the page said instead."""
    answer = turn.answer
    if answer is None:
        return turn.problem or "Not answered."
    if answer.kind == "overview" and answer.citations:
        return "\n".join(one.quote for one in answer.citations)
    if answer.text is not None:
        return sentence_of(answer.citations[0]) if answer.citations and not answer.items else answer.text
    nearest = [one.quote for one in answer.citations if one.quote]
    return "\n".join([answer.notice or "No short answer found.", *nearest])


def _sources(turn: ChatTurn) -> list[str]:
    """The first ten sources."""
    citations = turn.answer.citations if turn.answer is not None else ()
    return [reference(citation) for citation in islice(citations, 10)]


def _answers(turn: ChatTurn) -> list[ChatTurn]:
    """The turn, or one turn for each of its parts."""
    parts = turn.answer.parts if turn.answer is not None else ()
    return [replace(turn, question=one.question, answer=one) for one in parts] or [turn]


def _markdown_turn(turn: ChatTurn) -> str:
    quoted = "\n".join(f"> {escape_markdown(line.strip())}" for line in _said(turn).splitlines())
    words = turn.answer.text if turn.answer is not None else None
    if words and words in _said(turn) and words != _said(turn):
        quoted = quoted.replace(escape_markdown(words), f"**{escape_markdown(words)}**", 1)
    sources = "".join(f"{number}. {escape_markdown(one)}\n" for number, one in enumerate(_sources(turn), 1))
    return f"## {escape_markdown(' '.join(turn.question.split()))}\n\n{quoted}\n\n{sources}"


def _html_turn(turn: ChatTurn) -> Html:
    before, words, after = _said(turn).partition((turn.answer.text if turn.answer else None) or "\0")
    said = tag("blockquote", before, tag("mark", words) if words and (before or after) else words, after)
    sources = [tag("li", one) for one in _sources(turn)]
    return tag("section", tag("h2", turn.question), said, tag("ol", *sources) if sources else "")
