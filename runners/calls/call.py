"""A call: what one agent asks of one model."""

import json
from typing import NamedTuple

from langchain_core.messages import BaseMessage, HumanMessage

from prompts.roles import Speaker
from runners.storage.json_text import json_text


class Call(NamedTuple):
    """One call of one agent."""

    role: Speaker
    stage: str
    """The name of the calling node."""
    messages: list[BaseMessage]
    stop: list[str] | None

    @property
    def prompt(self) -> str:
        """The call's content as text: together with the model's settings, the journal's key."""
        listed = (f'["{each.type}", {json_text(each.content)}]' for each in self.messages)
        stop = "null" if self.stop is None else json.dumps(self.stop, ensure_ascii=False)
        return f"[[{', '.join(listed)}], {stop}]"

    @property
    def greeting(self) -> "Call":
        """A harmless call to send in its place, to test the endpoint."""
        return Call(self.role, self.stage, [HumanMessage("Hello!")], None)
