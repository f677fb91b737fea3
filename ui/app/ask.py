"""The Ask tab: the conversation, and the document behind an answer."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any

import gradio as gr

from index.storage.generations import IndexProblem
from qa.answerer import Answerer
from ui.html.conversation import conversation as rendered
from ui.html.conversation import headline, note, nothing_asked
from ui.session.lazy_assistant import problem_of, status_of
from ui.session.session import Action, CitationKey, Desk, Session, clean_question, last_turn, read_action
from ui.session.suggestions import first_questions
from ui.state.conversations import Chat
from ui.state.corrections import Corrections

QUIET: dict[str, Any] = {"queue": False, "show_progress": "hidden", "api_visibility": "private"}
Outputs = tuple[Any, ...]


def ask_tab(page: gr.Blocks, desk: Desk, head: gr.Markdown, corrections: Corrections, reader: dict[str, Any]) -> None:
    """Lay out the tab and wire it. ``reader`` limits how many questions are read at once."""
    session = gr.State(None)  # a callable would become an endpoint, a value would be shared by all users
    browser = gr.BrowserState({"id": "", "ids": [], "keep": True}, storage_key="pincite", secret="pincite")
    with gr.Row(elem_id="desk"):
        with gr.Column(elem_id="talk", scale=6, min_width=320):
            transcript = gr.Markdown(nothing_asked(()), elem_id="transcript", latex_delimiters=[])
            with gr.Column(elem_id="correction", visible=False) as correction:
                asked_for = gr.Markdown(elem_id="corrected", latex_delimiters=[])
                words = gr.Textbox(
                    label="The right words, exactly as a document has them", elem_id="right-words", lines=2
                )
                with gr.Row():
                    save = gr.Button("Save", variant="primary", size="sm", elem_id="save-correction")
                    absent = gr.Button("The articles do not say", size="sm", elem_id="absent")
                    close = gr.Button("Close", size="sm", elem_id="close-correction")
            with gr.Row(elem_id="composer"):
                question = gr.Textbox(
                    label="Your question",
                    placeholder="Ask your articles",
                    elem_id="question",
                    lines=1,
                    max_lines=5,
                    scale=8,
                    container=False,
                )
                ask = gr.Button("Ask", variant="primary", elem_id="ask", scale=1, min_width=80)
                stop = gr.Button("Stop", variant="stop", elem_id="stop", scale=1, min_width=80, visible=False)
            with gr.Row(elem_id="underneath"):
                new = gr.Button("New conversation", size="sm", elem_id="new", min_width=80)
                keep = gr.Checkbox(True, label="Keep on this computer", elem_id="keep", container=False)
                leave = gr.Button("Log out", size="sm", elem_id="logout", min_width=80, visible=False)
        with gr.Column(elem_id="beside", scale=5, min_width=320):
            panel = gr.Markdown(desk.panel(Session(Chat())), elem_id="panel", latex_delimiters=[])
    action = gr.Textbox(label="Action", elem_id="action", visible="hidden")
    linked = gr.State("")
    timer = gr.Timer(0.7)

    def show(now: Session) -> Outputs:
        return now, transcript_of(desk, now), desk.panel(now)

    def may_leave(request: gr.Request) -> Any:
        return gr.update(visible=bool(request.username))

    def load(kept: dict[str, Any] | None, now: Session | None, request: gr.Request) -> Outputs:
        now = session_of(now)
        now = now if now.conversation.turns else restored(desk, kept or {})
        asked = str(dict(request.query_params).get("q", "")).strip()
        return *show(now), now.kept, remembered(now, kept), asked

    def answer(typed: str, now: Session | None) -> Iterator[Outputs]:
        now = session_of(now)
        idle = gr.update(visible=True), gr.update(visible=False)
        busy = idle[::-1]
        if not typed.strip():
            yield (gr.skip(),) * 6
            return
        try:
            asked = clean_question(typed)
        except ValueError as error:
            yield *show(desk.settled(desk.reading(now, typed[:200]), state="failed", problem=str(error))), typed, *idle
            return
        now = desk.reading(now, asked)
        yield *show(now), "", *busy
        yield *show(desk.answered(now)), gr.skip(), *idle

    def stopped(now: Session | None) -> Outputs:
        now = desk.stopped(session_of(now))
        return *show(now), gr.update(visible=True), gr.update(visible=False)

    def act(name: str, now: Session | None, kept: dict[str, Any] | None) -> Outputs:
        now = session_of(now)
        wanted = read_action(name)
        if wanted is None:
            return (gr.skip(),) * 6
        then, again = acted(desk, now, wanted)
        transcript_now = transcript_of(desk, then) if again else gr.skip()
        panel_now = desk.panel(then) if then.open != now.open else gr.skip()
        browser_now = remembered(then, kept) if then.conversation.id != now.conversation.id else gr.skip()
        return then, transcript_now, panel_now, browser_now, *_asking(then, wanted)

    def begin(now: Session | None, kept: dict[str, Any] | None) -> Outputs:
        now = session_of(now)
        fresh = Session(Chat(), kept=now.kept, earlier=(*now.earlier, now.conversation.id))
        return *show(fresh), remembered(fresh, kept)

    def choose(keeping: bool, now: Session | None, kept: dict[str, Any] | None) -> Outputs:
        now = desk.keeping(session_of(now), keeping)
        return now, remembered(now, kept)

    def correct(said: str | None, now: Session | None) -> Outputs:
        return _corrected(desk, corrections, session_of(now), said)

    def tick(now: Session | None) -> Outputs:
        now = session_of(now)
        state = status_of(desk.assistant)
        transcript_now = gr.skip() if now.conversation.turns else transcript_of(desk, now)
        return head_of(desk.assistant), transcript_now, gr.Timer(active=state == "loading")

    shown = [session, transcript, panel]
    asking: dict[str, Any] = {
        "fn": answer,
        "inputs": [question, session],
        "outputs": [*shown, question, ask, stop],
        "show_progress": "hidden",
        "api_visibility": "private",
        **reader,
    }
    page.load(may_leave, None, leave, **QUIET)
    opened = page.load(load, [browser, session], [*shown, keep, browser, linked], **QUIET)
    events = [opened.then(**asking | {"inputs": [linked, session]}), question.submit(**asking), ask.click(**asking)]
    stop.click(stopped, session, [*shown, ask, stop], cancels=events, **QUIET)
    action.change(act, [action, session, browser], [*shown, browser, correction, asked_for], **QUIET)
    new.click(begin, [session, browser], [*shown, browser], **QUIET)
    keep.input(choose, [keep, session, browser], [session, browser], **QUIET)
    save.click(correct, [words, session], [asked_for, words, correction], **QUIET)
    absent.click(lambda now: correct(None, now), session, [asked_for, words, correction], **QUIET)
    close.click(lambda: gr.update(visible=False), None, correction, **QUIET)
    timer.tick(tick, session, [head, transcript, timer], **QUIET)


def session_of(now: Session | None) -> Session:
    """The page's session, or a new one."""
    return now if now is not None else Session(Chat())


def head_of(assistant: Answerer) -> str:
    """The page's name above the state of the index."""
    if status_of(assistant) != "ready":
        return headline(None, 0, problem_of(assistant))
    try:
        index = assistant.index
        return headline(len(index.documents), len(index.passages), warnings=index.warnings)
    except IndexProblem as error:
        return headline(None, 0, str(error))


def transcript_of(desk: Desk, now: Session) -> str:
    """The conversation, or an invitation to start one."""
    if now.conversation.turns:
        return rendered(now.conversation.turns, now.conversation.id if now.kept else None)
    return nothing_asked(_offered(desk.assistant), desk.earlier(now))


def _offered(assistant: Answerer) -> Sequence[str]:
    """First questions once the index is open."""
    try:
        return first_questions(assistant.index) if status_of(assistant) == "ready" else ()
    except IndexProblem:
        return ()


def restored(desk: Desk, kept: dict[str, Any]) -> Session:
    """The session that a browser remembers, with its last conversation if that is still stored."""
    keeping = bool(kept.get("keep", True))
    known = desk.store.load(str(kept.get("id", ""))) if keeping else None
    ids = tuple(one for one in kept.get("ids", ()) if isinstance(one, str))
    now = Session(known or Chat(), kept=keeping, earlier=ids)
    turn = last_turn(now)
    if turn is not None and turn.answer is not None and turn.answer.citations and status_of(desk.assistant) == "ready":
        return replace(now, open=CitationKey(turn.id))
    return now


def remembered(now: Session, kept: dict[str, Any] | None) -> dict[str, Any]:
    """What the browser stores: the ids of its last 50 conversations, and whether to store more."""
    ids = [one for one in (kept or {}).get("ids", []) if isinstance(one, str) and one != now.conversation.id]
    return {"id": now.conversation.id, "ids": [*ids, now.conversation.id][-50:], "keep": now.kept}


def acted(desk: Desk, now: Session, wanted: Action) -> tuple[Session, bool]:
    """Do what a button asks for. Returns the new session, and whether the conversation looks different."""
    if wanted.verb == "open":
        return desk.opened(now, CitationKey(wanted.turn, wanted.candidate, wanted.citation)), False
    if wanted.verb == "resume":
        return desk.resumed(now, wanted.turn), True
    if wanted.verb == "step":
        return desk.stepped(now, -1 if wanted.turn == "back" else 1), False
    if wanted.verb in ("right", "wrong"):
        return desk.judged(now, wanted.turn, wanted.verb), True
    if wanted.verb == "literal" and (turn := now.conversation.turn(wanted.turn)):
        return desk.answered(desk.reading(now, turn.question), literally=True), True
    return now, False


def _asking(now: Session, wanted: Action) -> Outputs:
    """Updates of the correction form: open after “wrong”, closed when “wrong” is withdrawn."""
    turn = now.conversation.turn(wanted.turn)
    if turn is None or wanted.verb not in ("right", "wrong"):
        return gr.skip(), gr.skip()
    if turn.opinion != "wrong":
        return gr.update(visible=False), gr.skip()
    return gr.update(visible=True), note(f"The right answer to “{turn.question}”")


def _corrected(desk: Desk, corrections: Corrections, now: Session, said: str | None) -> Outputs:
    """Save the right words for the last question that was marked as wrong."""
    wrong = [turn for turn in now.conversation.turns if turn.opinion == "wrong"]
    if not wrong:
        return note("Mark an answer as wrong first, then paste the right words."), gr.skip(), gr.skip()
    try:
        corrections.add(wrong[-1], said, desk.assistant.index)
    except (ValueError, OSError, IndexProblem) as error:
        return note(str(error)), gr.skip(), gr.skip()
    return note("Saved. It counts in the next evaluation."), "", gr.skip()
