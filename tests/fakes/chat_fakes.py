"""A chat model without a network: it asks the tool ``ask`` what the user said, and repeats what came back."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from langchain_core.language_models import BaseChatModel
from langchain_core.messages import AIMessage, BaseMessage, ToolCall, ToolMessage
from langchain_core.outputs import ChatGeneration, ChatResult
from langchain_core.runnables import Runnable
from langchain_core.tools import BaseTool
from langchain_core.utils.function_calling import convert_to_openai_tool
from pydantic import Field


class ScriptedModel(BaseChatModel):
    """Calls ``ask`` with ``args``, by default the user's words; ``seen`` and ``offered`` keep what it was given."""

    args: dict[str, Any] | None = None
    seen: list[list[BaseMessage]] = Field(default_factory=list)
    offered: list[dict[str, Any]] = Field(default_factory=list)

    @property
    def _llm_type(self) -> str:
        return "scripted"

    def bind_tools(self, tools: Sequence[BaseTool], **_: Any) -> Runnable[Any, AIMessage]:
        self.offered[:] = map(convert_to_openai_tool, tools)
        return self

    def _generate(self, messages: list[BaseMessage], *_: Any, **__: Any) -> ChatResult:
        self.seen.append(messages)
        return ChatResult(generations=[ChatGeneration(message=self._reply(messages[-1]))])

    def _reply(self, last: BaseMessage) -> AIMessage:
        if isinstance(last, ToolMessage):
            return AIMessage(f"I found this. {last.text}")
        args = {"question": last.text} if self.args is None else self.args
        return AIMessage("", tool_calls=[ToolCall(name="ask", args=args, id="call-1")])
