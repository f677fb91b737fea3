"""Standard input as messages of MCP, one per line. Whatever is no message is answered, too: nobody waits for nothing."""

from __future__ import annotations

import io
import json
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any, BinaryIO

import anyio
from anyio.streams.memory import MemoryObjectSendStream
from anyio.to_thread import run_sync
from mcp.server.mcpserver import MCPServer
from mcp.server.stdio import stdio_server
from mcp.shared.message import SessionMessage
from mcp.types import (
    INVALID_REQUEST,
    PARSE_ERROR,
    ErrorData,
    JSONRPCError,
    JSONRPCMessage,
    RequestId,
    jsonrpc_message_adapter,
)

LONGEST_LINE = 1024 * 1024  # bytes; a question has at most 1,000 characters


@dataclass(frozen=True, slots=True)
class Malformed(Exception):
    """What is wrong with a line, and the id of the request that it was to be, if that can be read."""

    code: int
    reason: str
    id: RequestId | None = None

    @property
    def reply(self) -> JSONRPCError:
        """What the client is told."""
        return JSONRPCError(jsonrpc="2.0", id=self.id, error=ErrorData(code=self.code, message=self.reason))


class LineServer(MCPServer[Any]):
    """A server that replies to every line of standard input."""

    async def run_stdio_async(self) -> None:
        """Serve until standard input ends."""
        # The library drops malformed lines: it is given an empty input, and of its streams only the output is used.
        with open(0, "rb", closefd=False) as lines:
            async with stdio_server(stdin=anyio.wrap_file(io.StringIO())) as (_, replies):
                send, receive = anyio.create_memory_object_stream[SessionMessage | Exception]()
                async with anyio.create_task_group() as tasks:
                    tasks.start_soon(read_lines, lines, send, replies.send)
                    options = self._lowlevel_server.create_initialization_options()
                    await self._lowlevel_server.run(receive, replies, options)


async def read_lines(
    lines: BinaryIO,
    messages: MemoryObjectSendStream[SessionMessage | Exception],
    reply: Callable[[SessionMessage], Awaitable[None]],
) -> None:
    """Pass on the messages among the lines, and reply to all other lines but empty ones."""
    async with messages:
        while line := await run_sync(read_line, lines, abandon_on_cancel=True):
            try:
                if line.strip():
                    await messages.send(SessionMessage(read_message(line)))
            except Malformed as refused:
                await reply(SessionMessage(refused.reply))


def read_line(lines: BinaryIO) -> bytes:
    """The next line, of one that is too long only the beginning; empty at the end."""
    line = part = lines.readline(LONGEST_LINE + 1)
    while part and not part.endswith(b"\n"):
        part = lines.readline(LONGEST_LINE)
    return line


def read_message(line: bytes) -> JSONRPCMessage:
    """The message in a line; raises Malformed."""
    if len(line) > LONGEST_LINE:
        raise Malformed(INVALID_REQUEST, f"the line is longer than {LONGEST_LINE} bytes")
    try:
        value = json.loads(line.decode("utf-8"))
    except (ValueError, RecursionError):
        raise Malformed(PARSE_ERROR, "the line is not JSON in UTF-8") from None
    id = id_of(value)
    if id is None and isinstance(value, dict) and "id" in value:
        raise Malformed(INVALID_REQUEST, "the id is neither text nor a whole number")
    try:
        return jsonrpc_message_adapter.validate_json(line, by_name=False)
    except ValueError:
        reason = "no message of JSON-RPC 2.0" if is_text(value) else "the message holds half a character"
        raise Malformed(INVALID_REQUEST, reason, id) from None


def id_of(value: object) -> RequestId | None:
    """The id of a request, None if it has none that can be given back."""
    id = value.get("id") if isinstance(value, dict) else None
    return id if isinstance(id, int | str) and not isinstance(id, bool) and is_text(id) else None


def is_text(value: object) -> bool:
    """Whether a JSON value can be written as UTF-8."""
    try:
        json.dumps(value, ensure_ascii=False).encode("utf-8")
    except (UnicodeEncodeError, RecursionError):
        return False
    return True
