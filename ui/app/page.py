"""The page as a Gradio application. Only ``ui.app`` imports gradio; what the page shows is made elsewhere."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from importlib.resources import files
from pathlib import Path
from typing import Any

from platformdirs import user_data_path
from starlette.middleware import Middleware

from index.environment import set_upload_folder
from index.file_types import KINDS
from index.storage.generations import IndexProblem
from qa.answerer import Answerer
from qa.answers import PASSAGES_READ
from qa.cli import CORPUS
from ui.app.gradio_import import gr
from ui.app.guard import Guard
from ui.app.login_guard import HINT, LoginGuard
from ui.app.own_page import OwnPage
from ui.html.conversation import note
from ui.html.library import adding
from ui.html.markup import EMPTY, button, text
from ui.jobs.evaluation_job import Measuring
from ui.jobs.library import Library
from ui.jobs.queue import MOST_TOGETHER, MOST_WAITING, Line
from ui.session.actions import Actions
from ui.session.api import Programs
from ui.session.asking import Asking
from ui.session.desk import Desk
from ui.session.evaluation import Evaluation
from ui.session.export import export_route
from ui.session.history import History
from ui.session.narrowing import Narrowing
from ui.session.news import News
from ui.session.shelf import Shelf
from ui.state.conversations import ChatStore
from ui.state.corrections import Corrections
from ui.state.incoming import LARGEST_UPLOAD, Incoming
from ui.state.logins import logout_route
from ui.state.reports import Reports
from ui.state.source_files import page_route, report_route, route

# Gradio starts every question at once, plus a few that are told the queue is full: the desk's own queue limits how
# many are read together, and questions in it can be seen and stopped.
READER: dict[str, Any] = {"concurrency_limit": MOST_WAITING + 2 * MOST_TOGETHER, "concurrency_id": "reader"}
SESSIONS = 100  # that Gradio remembers; the page keeps nothing in them, and every question of a program begins one
# Lines of a text, one of them marked.
ICON = """<link rel="icon" href="data:image/svg+xml,<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 32 32'>
<rect width='32' height='32' rx='7' fill='%230b5c68'/><path d='M7 10h18M7 16h11' stroke='%23fff' stroke-width='3'/>
<path d='M7 23h15' stroke='%23ffd666' stroke-width='5'/></svg>">"""


class Page(gr.Blocks):
    """The page's Blocks, with its desk, its evaluations, and the folder for arriving uploads."""

    desk: Desk
    act: Callable[[str, object], dict[str, Any]]
    measuring: Measuring
    incoming: Incoming

    def close(self, verbose: bool = True) -> None:
        """Stop serving, and delete uploads that were never used and what was removed."""
        super().close(verbose)
        self.incoming.close()
        self.desk.store.sweep()


def build_app(
    assistant: Answerer,
    *,
    folder: Path | None = None,
    library: Library | None = None,
    personal: bool = True,
    remark: str = "",
    most_waiting: int = MOST_WAITING,
) -> Page:
    """Build the page over an assistant; ``launch`` adds its theme and its guards.

    ``folder`` holds conversations and corrections (default: the user's data folder). With a ``library``, articles can
    be added and removed.  A ``personal`` page lists all
    conversations, any other only those of the browser that asks. If ``most_waiting`` questions are waiting, further
    ones are refused with a message. ``remark`` says who may use the page. If a process builds several pages, only the
    latest accepts uploads.
    """
    home = folder or user_data_path("pincite")
    incoming = Incoming.below(home)
    set_upload_folder(incoming.folder)
    corrections = Corrections(home / "gold" / "corrections.jsonl")
    page = Page(title="Pincite", fill_width=True, analytics_enabled=False)
    with page:
        page.incoming = incoming
        page.desk = Desk(assistant, ChatStore(home / "conversations"), Line(most_waiting))
        page.desk.store.sweep()
        page.measuring = Measuring(assistant, page.desk.line, corrections, Reports(home / "reports"), samples=CORPUS)
        news = News(assistant, page.desk.line, library, page.measuring)
        history = History(page.desk.store, personal=personal)
        page.act = Actions(
            [
                Asking(page.desk, history, corrections, news.start),
                history,
                Narrowing(assistant),
                Shelf(assistant, library, incoming),
                Evaluation(page.measuring),
                news,
            ]
        ).act

        def act(sent: list[Any]) -> dict[str, Any]:
            """The single entrance of the page's script: a button's name and what the page sends with it."""
            name, values = [*sent, None, None][:2]
            return page.act(str(name), values)

        gr.HTML(
            html_template=_template(library, remark),
            js_on_load=_asset("page.js"),
            server_functions=[act],
            apply_default_css=False,
            elem_id="pincite",
        )
        _endpoints(Programs(assistant, page.desk.line))
    return page


def _template(library: Library | None, remark: str) -> str:
    """The page's HTML. Without a library it says where else articles are added, and offers no change."""
    away = note("The articles are in a database. To add, update or remove some, run “pincite index --store”.")
    add = adding(KINDS, by_path=library.by_path, samples=library.samples is not None) if library is not None else away
    remove = button("remove-chosen", "Remove selected") if library is not None else EMPTY
    update = button("update", "Update all", title="Index what has changed") if library is not None else EMPTY
    page = _asset("page.html").replace("@adding", add).replace("@remove", remove).replace("@update", update)
    return page.replace("@remark", text(remark))


def launch(page: Page, *, host: str = "127.0.0.1", port: int | None = None, auth: tuple[str, str] | None = None) -> str:
    """Start serving a page in the background; returns its address. Raises OSError if the port is taken."""
    page.queue(max_size=64)
    routes = [
        route(page.desk.originals),
        page_route(page.desk.originals),
        report_route(page.measuring.reports),
        export_route(page.desk.store),
        logout_route(),
    ]
    public = {str(fn.api_name): id for id, fn in page.fns.items() if fn.api_visibility == "public"}
    guards = [
        Middleware(Guard, host=host),
        *([Middleware(LoginGuard)] if auth is not None else []),
        Middleware(OwnPage, public=public, full=page.incoming.refusal),
    ]
    _, address, _ = page.launch(
        server_name=host,
        server_port=port,
        auth=auth,
        auth_message=HINT,
        share=False,
        prevent_thread_lock=True,
        quiet=True,
        inbrowser=False,
        show_error=False,
        footer_links=[],
        run_history=False,
        enable_monitoring=False,
        strict_cors=True,
        ssr_mode=False,
        pwa=False,
        mcp_server=False,
        allowed_paths=[],
        max_file_size=LARGEST_UPLOAD,
        max_threads=2 * MOST_WAITING,
        state_session_capacity=SESSIONS,
        app_kwargs={"middleware": guards, "routes": routes},
        theme=_theme(),
        head=f"{ICON}<style>{_asset('page.css')}</style>",  # the parameter css would be rewritten, and :is(a, b) broken
    )
    return str(address)


def _endpoints(programs: Programs) -> None:
    """The named functions for programs: ask and search."""

    def ask(question: str, k: int = PASSAGES_READ) -> dict[str, Any]:
        """Answer one question from its k best passages; returns the answer object of the contract."""
        with _said():
            return programs.ask(question, k)

    def search(question: str, k: int = 10) -> list[dict[str, Any]]:
        """The k passages nearest to a question, best first."""
        with _said():
            return programs.search(question, k)

    gr.api(ask, api_name="ask", **READER)  # type: ignore[attr-defined]
    gr.api(search, api_name="search", **READER)  # type: ignore[attr-defined]


@contextmanager
def _said() -> Iterator[None]:
    """Tell the client what is wrong with its question; other errors only reach the server's log."""
    try:
        yield
    except (ValueError, IndexProblem) as error:
        raise gr.Error(str(error), print_exception=False) from error


def _asset(name: str) -> str:
    return files("ui.app").joinpath(name).read_text(encoding="utf-8")


def _theme() -> gr.themes.Base:
    """Quiet colours and system fonts: nothing is downloaded."""
    sans = ("system-ui", "-apple-system", "Segoe UI", "Roboto", "sans-serif")
    theme = gr.themes.Base(primary_hue="teal", neutral_hue="stone", font=sans, font_mono=("ui-monospace", "monospace"))
    return theme.set(
        body_background_fill="#faf9f6",
        body_background_fill_dark="#16191b",
        button_primary_background_fill="#0b5c68",
        button_primary_background_fill_hover="#0d6f7d",
        button_primary_background_fill_dark="#14707e",
        button_primary_background_fill_hover_dark="#1a7d8c",
        button_primary_text_color="#ffffff",
        button_primary_text_color_dark="#ffffff",
    )
