"""A store in PostgreSQL whose server, connections or names misbehave: nothing is lost, and one sentence says what happened."""

from __future__ import annotations

import os
import resource
import shutil
import subprocess
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import psycopg
import pytest
from embedder_fakes import FakeEmbedder

pytest.importorskip("langchain_postgres", reason="the extra `postgres` is not installed")

from postgres_fakes import MAKE, assistant_over, folder_of, texts
from postgres_server import Server, running_server

from index.arrays import Floats
from index.documents import load
from index.postgres.builder import build
from index.postgres.database import StoreProblem
from index.postgres.store import PostgresStore
from qa.retrieval.hybrid import HybridRetriever
from ui.server.serving import free_port

TERMINATE = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = '{}'"


@pytest.fixture
def busy(articles: Path, store: PostgresStore, embedder: FakeEmbedder) -> PostgresStore:
    """A store of two articles."""
    build([articles], store, embedder, load=load)
    return store


def name_of(url: str) -> str:
    return url.partition("?")[0].rpartition("/")[2]


# Connections


def test_a_connection_that_is_cut_during_a_question_costs_that_question(
    server: Server, url: str, busy: PostgresStore
) -> None:
    assistant = assistant_over(busy)
    with ThreadPoolExecutor(1) as pool, psycopg.connect(url) as holding:
        holding.execute("LOCK TABLE pincite.passages IN ACCESS EXCLUSIVE MODE")
        asked = pool.submit(assistant.ask, MAKE)
        while not asked.done():
            server.execute(TERMINATE.format(name_of(url)))
            time.sleep(0.05)
        with pytest.raises(StoreProblem, match=r"^postgresql://.*terminating connection") as raised:
            asked.result()
    assert "\n" not in str(raised.value)
    assert assistant.ask(MAKE).text == "honey"


def test_a_connection_that_is_cut_between_questions_costs_nothing(
    server: Server, url: str, busy: PostgresStore
) -> None:
    assistant = assistant_over(busy)
    assert assistant.ask(MAKE).text == "honey"
    server.execute(f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{name_of(url)}'")
    assert assistant.ask(MAKE).text == "honey"


class Cutting(FakeEmbedder):
    """Has every connection to a database cut when a text holds a word."""

    def __init__(self, server: Server, url: str, word: str) -> None:
        super().__init__()
        self._server, self._url, self._word = server, url, word

    def embed(self, texts: Sequence[str]) -> Floats:
        if any(self._word in text for text in texts):
            self._server.execute(
                f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{name_of(self._url)}'"
            )
        return super().embed(texts)


def test_a_run_whose_connections_are_cut_goes_on_at_the_next_one(server: Server, url: str, tmp_path: Path) -> None:
    folder = folder_of(tmp_path / "f", {f"{n}.txt": f"Document {n}." for n in range(6)})
    embedder = Cutting(server, url, "Document 3")
    with pytest.raises(StoreProblem, match=r"terminating connection|closed"):
        build([folder], PostgresStore.create(url, embedder), embedder, load=load)
    before = texts(PostgresStore.open(url))
    assert "Document 0." in before and len(before) < 6
    again = FakeEmbedder()
    build([folder], PostgresStore.create(url, again), again, load=load)
    assert texts(PostgresStore.open(url)) == [f"Document {n}." for n in range(6)]
    assert not set(before) & set(again.embedded)


# Restarts


def test_a_server_that_restarts_costs_what_is_asked_meanwhile(
    own_server: Server, articles: Path, embedder: FakeEmbedder
) -> None:
    url = own_server.new_database()
    store = PostgresStore.create(url, embedder)
    build([articles], store, embedder, load=load)
    assistant = assistant_over(store)
    own_server.stop()
    with pytest.raises(StoreProblem, match=r"^postgresql://.*connection to server on socket .* failed") as raised:
        assistant.ask(MAKE)
    assert "\n" not in str(raised.value)
    own_server.start()
    assert assistant.ask(MAKE).text == "honey"
    with ThreadPoolExecutor(1) as pool:
        holding = psycopg.connect(url)
        holding.execute("LOCK TABLE pincite.passages IN ACCESS EXCLUSIVE MODE")
        asked = pool.submit(assistant.ask, MAKE)
        time.sleep(0.5)
        own_server.stop()
        with pytest.raises(StoreProblem, match=r"^postgresql://"):
            asked.result()
    own_server.start()
    assert assistant.ask(MAKE).text == "honey"


# Names and words that are SQL

HOSTILE = """Robert'); DROP TABLE pincite.documents; -- "x" :name %s %(a)s {} $1 */"""


def test_sql_in_names_titles_texts_and_questions_stays_text(
    tmp_path: Path, url: str, store: PostgresStore, embedder: FakeEmbedder
) -> None:
    file = HOSTILE.replace("/", "") + ".md"
    folder = folder_of(tmp_path / HOSTILE.replace("/", ""), {file: f"# {HOSTILE}\n\nBees make honey, {HOSTILE}.\n"})
    report = build([folder], store, embedder, load=load)
    assert [Path(one).name for one in report.added] == [file]
    [record] = store.documents
    assert (record.name, record.title) == (str(folder / file), HOSTILE)
    assert HOSTILE in store.document_text(record.name)
    for question in (
        HOSTILE,
        f"honey {HOSTILE}",
        "'; DROP SCHEMA pincite CASCADE; --",
        "\\'; SELECT 1",
        "%s :k {among}",
    ):
        HybridRetriever(store, embedder).retrieve(question, 3)
    [hit] = HybridRetriever(store, embedder).where('title ~ "drop table"').retrieve("honey", 3)
    assert hit.passage.document == record.name
    (folder / file).unlink()
    (folder / "other.txt").write_text("Other.")
    assert build([folder], store, embedder, load=load).removed == (record.name,)
    assert texts(store) == ["Other."]
    with store.database.snapshot() as connection:
        assert connection.exec_driver_sql("SELECT count(*) FROM pincite.terms").scalar() == 1


# Two writers


class Slow(FakeEmbedder):
    """Takes a while, so that the other writer has its turn."""

    def embed(self, texts: Sequence[str]) -> Floats:
        time.sleep(0.01)
        return super().embed(texts)


def test_two_writers_of_one_folder_share_the_work(tmp_path: Path, url: str) -> None:
    folder = folder_of(tmp_path / "f", {f"{n:02}.txt": f"Document number {n} of forty." for n in range(40)})
    writers = [Slow(), Slow()]
    stores = [PostgresStore.create(url, writer) for writer in writers]
    for writer in writers:
        writer.embedded.clear()
    with ThreadPoolExecutor(2) as pool:
        reports = list(pool.map(lambda n: build([folder], stores[n], writers[n], load=load), (0, 1)))
    embedded = [said for writer in writers for said in writer.embedded]
    assert sorted(embedded) == sorted(f"{n:02}\nDocument number {n} of forty." for n in range(40))
    assert all(writer.embedded for writer in writers)
    assert [report.documents for report in reports] == [40, 40]


def test_what_a_writer_was_at_when_it_died_is_taken_over(server: Server, url: str, tmp_path: Path) -> None:
    folder = folder_of(tmp_path / "f", {"a.txt": "Apples are red."})
    store = PostgresStore.create(url, FakeEmbedder())
    with psycopg.connect(url) as dying, ThreadPoolExecutor(1) as pool:
        dying.execute("SELECT pg_advisory_lock(hashtextextended(%s, 1))", [str(folder / "a.txt")])
        running = pool.submit(build, [folder], store, FakeEmbedder(), load=load)
        time.sleep(0.5)
        assert not running.done() and texts(PostgresStore.open(url)) == []
        dying.close()
        assert running.result().documents == 1


# A full disk


def restart_with_limit(server: Server, size: int) -> None:
    """Let the server write no file beyond this size: it then meets what it meets on a full disk."""
    server.stop()
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, before[1]))
    try:
        server.start()
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


def test_a_disk_that_is_full_ends_a_run_and_costs_nothing(own_server: Server, tmp_path: Path) -> None:
    embedder = FakeEmbedder(dimension=16_000)  # 64 kB a passage
    small = {f"{n}.txt": f"Document {n}." for n in range(3)}
    folder = folder_of(tmp_path / "f", {**small, "z.txt": " ".join(f"word{n}." for n in range(30_000))})
    url = own_server.new_database()
    store = PostgresStore.create(url, embedder)
    restart_with_limit(own_server, 17_000_000)  # a segment of its log has 16 MiB
    with pytest.raises(StoreProblem, match=r"could not (extend|write)") as raised:
        build([folder], PostgresStore.open(url), embedder, load=load)
    assert "\n" not in str(raised.value)
    assert texts(store) == ["Document 0.", "Document 1.", "Document 2."]
    restart_with_limit(own_server, resource.RLIM_INFINITY)
    embedder.embedded.clear()
    report = build([folder], store, embedder, load=load)
    assert (len(report.added), report.documents) == (1, 4)


def test_processes_that_cannot_share_memory_leave_the_graph_to_one(
    own_server: Server, articles: Path, embedder: FakeEmbedder
) -> None:
    url = own_server.new_database()
    store = PostgresStore.create(url, embedder)
    own_server.execute("ALTER TABLE pincite.passages SET (parallel_workers = 2)", url)
    restart_with_limit(own_server, 17_000_000)
    build([articles], store, embedder, load=load, largest_exact=1)
    assert store.vector_search == "HNSW,halfvec"
    assert "could not resize shared memory" in (own_server.folder / "log").read_text()


# TLS


def certify(folder: Path, name: str) -> Path:
    """A certificate of its own making for localhost, and its key, which belong to the owner of the folder."""
    certificate, key = folder / f"{name}.crt", folder / f"{name}.key"
    made = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=localhost"]
    named = ["-addext", "subjectAltName=DNS:localhost", "-out", certificate, "-keyout", key]
    subprocess.run([*made, *named], check=True, capture_output=True)
    for file in (certificate, key):
        os.chown(file, folder.stat().st_uid, folder.stat().st_gid)
        file.chmod(0o600)
    return certificate


@pytest.mark.database
def test_a_server_is_believed_only_with_its_certificate(tmp_path: Path) -> None:
    programs = [path.parent for path in sorted(Path("/usr/lib/postgresql").glob("*/bin/postgres"))]
    if not programs or shutil.which("openssl") is None:
        pytest.skip("there is no PostgreSQL of the system, which can speak TLS, or no openssl")
    port = free_port("127.0.0.1", 0)
    with running_server(("-h", "localhost"), programs[-1], port) as server:
        right, wrong = certify(server.folder / "data", "server"), certify(tmp_path, "other")
        server.execute("ALTER SYSTEM SET ssl = on")
        server.execute("SELECT pg_reload_conf()")

        def said(host: str, root: Path) -> str:
            url = f"postgresql://postgres@{host}:{port}/postgres?sslmode=verify-full&sslrootcert={root}"
            with pytest.raises(StoreProblem) as raised:
                PostgresStore.open(url)
            return str(raised.value)

        assert "there is no index in this database" in said("localhost", right)
        assert "certificate verify failed" in said("localhost", wrong)
        assert "does not match host name" in said("127.0.0.1", right)
        assert "does not exist" in said("localhost", tmp_path / "none.crt")
