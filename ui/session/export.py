"""A conversation as a file: Markdown, HTML or JSON, every answer with its sources."""

from __future__ import annotations

import json
from collections.abc import Callable
from html import escape
from itertools import islice

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from ui.html.citation_text import escape_markdown, place
from ui.state.conversations import Chat, ChatStore, ChatTurn
from ui.state.logins import logged_in
from ui.state.source_files import EXPORT_ROUTE


def as_markdown(conversation: Chat) -> str:
    """Questions as headings, answers as quotations, sources numbered."""
    return "\n".join(map(_markdown_turn, conversation.turns))


def as_html(conversation: Chat) -> str:
    """A self-contained page without scripts or downloads."""
    turns = "\n".join(map(_html_turn, conversation.turns))
    policy = "default-src 'none'; style-src 'unsafe-inline'"
    style = "body{font:1rem/1.6 Georgia,serif;max-width:44rem;margin:2rem auto;padding:0 1rem}ol{font-size:.9rem}"
    return (
        f'<!doctype html>\n<html lang="en">\n<meta charset="utf-8">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{policy}">\n'
        f"<title>{escape(conversation.title)}</title>\n<style>{style}</style>\n<h1>Pincite</h1>\n{turns}\n</html>\n"
    )


def as_json(conversation: Chat) -> str:
    """The whole conversation, as it is stored."""
    return json.dumps(conversation.as_dict(), ensure_ascii=False, indent=1) + "\n"


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
    if turn.answer is None:
        return turn.problem or "Not answered."
    return turn.answer.text if turn.answer.text is not None else turn.answer.notice or "No short answer found."


def _sources(turn: ChatTurn) -> list[str]:
    """The first ten sources of an answer; none for an abstention."""
    if turn.answer is None or turn.answer.text is None:
        return []
    return [place(citation) for citation in islice(turn.answer.citations, 10)]


def _markdown_turn(turn: ChatTurn) -> str:
    quoted = "\n".join(f"> {escape_markdown(line)}" for line in _said(turn).splitlines())
    sources = "".join(f"{number}. {escape_markdown(one)}\n" for number, one in enumerate(_sources(turn), 1))
    return f"## {escape_markdown(' '.join(turn.question.split()))}\n\n{quoted}\n\n{sources}"


def _html_turn(turn: ChatTurn) -> str:
    sources = "".join(f"<li>{escape(one)}</li>" for one in _sources(turn))
    listed = f"<ol>{sources}</ol>" if sources else ""
    return f"<h2>{escape(turn.question)}</h2>\n<blockquote>{escape(_said(turn))}</blockquote>\n{listed}"
