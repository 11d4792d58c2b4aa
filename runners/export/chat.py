"""Chat: what TRL and Axolotl share, which is messages in turn and the recipes' chat templates."""

from collections import Counter
from pathlib import Path

from runners.data.rows import Fields
from runners.export.dialogue import Unfit
from runners.export.files import write_jsonl
from runners.export.shapes import read_dialogue
from runners.export.source import Item
from runners.export.spool import Spool
from runners.export.talk import PlainTalk, talk_of
from runners.export.trace_layout import laid_out, tagged
from runners.export.trainer import TrainerTarget

DATA = Path("data", "train.jsonl")
"""In a folder of its own, because `datasets` reads every file beside it as data."""

_TEMPLATES = {
    # [INST] <<SYS>> ... <</SYS>> question [/INST] answer </s>, each turn with a <s> of its own
    "llama2": """\
{%- for message in messages %}
{%- if message['role'] == 'user' %}
{{- bos_token + '[INST] ' }}
{%- if loop.index0 == 1 and messages[0]['role'] == 'system' %}
{{- '<<SYS>>\\n' + messages[0]['content'] + '\\n<</SYS>>\\n\\n' }}
{%- endif %}
{{- message['content'] + ' [/INST]' }}
{%- elif message['role'] == 'assistant' %}
{%- generation %}
{{- ' ' + message['content'] + ' ' + eos_token }}
{%- endgeneration %}
{%- endif %}
{%- endfor %}
""",
    # <s> once, then [INST] question [/INST] answer</s>; the system stands before the first question
    "mistral": """\
{{- bos_token }}
{%- for message in messages %}
{%- if message['role'] == 'user' %}
{{- '[INST] ' }}
{%- if loop.index0 == 1 and messages[0]['role'] == 'system' %}
{{- messages[0]['content'] + '\\n\\n' }}
{%- endif %}
{{- message['content'] + ' [/INST]' }}
{%- elif message['role'] == 'assistant' %}
{%- generation %}
{{- ' ' + message['content'] + eos_token }}
{%- endgeneration %}
{%- endif %}
{%- endfor %}
""",
}
"""Chat templates by recipe: base models have none. `generation` marks what is learned, the end of a
turn included."""


class ChatTarget(TrainerTarget):
    """Rows with messages in turn. A subclass adds a trainer's settings."""

    def row(self, item: Item, notes: Counter[str]) -> Fields:
        """The row's messages, with its id in the run."""
        talk = talk_of(tagged(read_dialogue(item)).messages, notes)
        if talk.uses_tools:
            raise Unfit("tool calls")
        messages = chat_messages(talk)
        if item.trace_layout == "field":
            messages = laid_out(messages, "field")
        return {"messages": messages, "id": item.id}

    def write(self, spool: Spool, folder: Path) -> list[str]:
        """Write the data, the settings, and the chat templates that these name."""
        write_jsonl(folder / DATA, spool)
        for name, template in _TEMPLATES.items():
            (folder / template_file(name)).write_text(template, "utf-8")
        return self.write_settings(folder)


def chat_messages(talk: PlainTalk) -> list[Fields]:
    """A talk as messages with nothing but `role` and `content`."""
    system = [("system", talk.system)] if talk.system else []
    return [{"role": role, "content": text} for role, text in (*system, *talk.turns)]


def template_file(name: str) -> str:
    """The file name of a recipe's chat template."""
    return f"{name}.jinja"
