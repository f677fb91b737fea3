"""Reads MCP messages from standard input, one per line, and replies to malformed lines so that no client hangs."""

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
    """The error in a line, with the id of the intended request if it can be read."""

    code: int
    reason: str
    id: RequestId | None = None

    @property
    def reply(self) -> JSONRPCError:
        """The error message for the client."""
        return JSONRPCError(jsonrpc="2.0", id=self.id, error=ErrorData(code=self.code, message=self.reason))


class LineServer(MCPServer[Any]):
    """An MCP server that replies to malformed lines, too."""

    async def run_stdio_async(self) -> None:
        """Serve until standard input ends."""
        # The library drops malformed lines, so it gets an empty input and only its output stream is used.
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
    """Forward messages, and reply to malformed lines; empty lines are ignored."""
    async with messages:
        while line := await run_sync(read_line, lines, abandon_on_cancel=True):
            try:
                if line.strip():
                    await messages.send(SessionMessage(read_message(line)))
            except Malformed as refused:
                await reply(SessionMessage(refused.reply))


def read_line(lines: BinaryIO) -> bytes:
    """The next line, cut off after ``LONGEST_LINE + 1`` bytes; empty at the end of input."""
    line = part = lines.readline(LONGEST_LINE + 1)
    while part and not part.endswith(b"\n"):
        part = lines.readline(LONGEST_LINE)
    return line


def read_message(line: bytes) -> JSONRPCMessage:
    """Parse a line. Raises Malformed."""
    if len(line) > LONGEST_LINE:
        raise Malformed(INVALID_REQUEST, f"the line is longer than {LONGEST_LINE} bytes")
    try:
        value = json.loads(line.decode("utf-8"))
    except (ValueError, RecursionError):
        raise Malformed(PARSE_ERROR, "the line is not JSON in UTF-8") from None
    id = id_of(value)
    if id is None and isinstance(value, dict) and "id" in value:
        raise Malformed(INVALID_REQUEST, "the id must be a string or a whole number")
    try:
        return jsonrpc_message_adapter.validate_json(line, by_name=False)
    except ValueError:
        reason = (
            "this is not a JSON-RPC 2.0 message" if is_text(value) else "the message contains an unpaired surrogate"
        )
        raise Malformed(INVALID_REQUEST, reason, id) from None


def id_of(value: object) -> RequestId | None:
    """The id of a request; None if it has none or an invalid one."""
    id = value.get("id") if isinstance(value, dict) else None
    return id if isinstance(id, int | str) and not isinstance(id, bool) and is_text(id) else None


def is_text(value: object) -> bool:
    """Whether a JSON value can be encoded as UTF-8."""
    try:
        json.dumps(value, ensure_ascii=False).encode("utf-8")
    except (UnicodeEncodeError, RecursionError):
        return False
    return True
