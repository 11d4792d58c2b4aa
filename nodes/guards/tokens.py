"""Special tokens of chat templates, which models write when they do not stop in time.

Covers ChatML, Llama 2 to 4, Mistral, Gemma, Phi, DeepSeek, GLM, gpt-oss and Vicuna.
"""

import re

from nodes.guards.basis import Basis
from nodes.guards.patterns import any_of

_NAMED = r"<\|[a-zA-Z][\w./-]{0,40}\|>|<\uff5c[^<>\n]{1,40}\uff5c>"
_ROLE = r"(?:system|user|assistant|model|human|analysis|final|commentary)"
_SIGNS = (
    rf"{_NAMED}|\[/?INST\]|<</?SYS>>|<(?:start|end)_of_turn>|<(?:bos|eos|pad|unk)>"
    r"|\[end of text\]|\[/?(?:gMASK|sop)\]"
)
TOKENS = re.compile(
    rf"(?:{_SIGNS})|</s>\s*\Z|</s>(?=[ ]?(?:USER|<s>))|</?think(?:ing)?>", re.IGNORECASE
)
"""Tokens anywhere in a text; `</s>` only where it is not the HTML tag."""

_THOUGHT = re.compile(r"\A\s*<think(?:ing)?>.*?</think(?:ing)?>|\A[^<]*</think>", re.DOTALL)
_OPENING = re.compile(rf"\s*(?:(?:{_SIGNS})[ \t]*(?:{_ROLE}\b(?=\s|<)[ \t]*)?)+", re.IGNORECASE)
_START = re.compile(r"\s*<s>(?!.*</s>.*\S)", re.DOTALL)
_SPEAKER = re.compile(r"\s*ASSISTANT:[ \t]*")
_USER = re.compile(r"^[ \t]*USER:", re.MULTILINE)
_TURN_END = re.compile(
    r"<\|(?:im_end|eot_id|endoftext|end|end_of_text|eom_id|return|user|im_start|eot)\|>"
    r"|<end_of_turn>|<eos>|<\uff5cend\u2581of\u2581sentence\uff5c>|\[end of text\]|\[INST\]"
    r"|</s>(?=\s*(?:USER|<s>|\[INST\]))",
    re.IGNORECASE,
)
_CLOSING = re.compile(rf"(?:{_SIGNS})\s*\Z", re.IGNORECASE)
_END = "</s>"
_ABOUT_TOKENS = any_of(r"special tokens?\b", r"\bchat template", r"\bchatml\b", r"<\|", r"</?think")


def take_tokens(text: str, basis: Basis) -> str:
    """Remove template tokens and roles, thinking, and any turns after the answer."""
    if not any(mark in text for mark in ("<", "[", "ASSISTANT:")):
        return text
    if basis.asks(_ABOUT_TOKENS) or has_tokens(basis.previous):
        return _take_end_mark(_take_speaker(text, basis), basis)
    text = _THOUGHT.sub("", text, count=1)
    starts = None if basis.previous.lstrip().startswith("<s>") else _START
    while found := _OPENING.match(text) or (starts and starts.match(text)):
        text = text[found.end() :]
    if (found := _TURN_END.search(text)) and text[: found.start()].strip():
        text = text[: found.start()]
    while found := _CLOSING.search(text[-100:]):
        text = text[: found.start() - min(100, len(text))].rstrip()
    return _take_end_mark(_take_speaker(text, basis), basis)


def has_tokens(text: str) -> bool:
    """Whether a text contains a token of a chat template."""
    return bool(TOKENS.search(text))


def _take_speaker(text: str, basis: Basis) -> str:
    """Remove `ASSISTANT:` at the start; with `USER:` too, the text is a dialogue and is kept."""
    if _SPEAKER.match(basis.previous) or _USER.search(text):
        return text
    end = 0
    while found := _SPEAKER.match(text, end):
        end = found.end()
    return text[end:]


def _take_end_mark(text: str, basis: Basis) -> str:
    """Remove `</s>` at the end, except the ones that close an HTML `<s>`."""
    if basis.previous.rstrip().endswith(_END):
        return text
    for _ in range(text.count(_END) - text.count("<s>")):
        if not text.rstrip().endswith(_END):
            break
        text = text.rstrip().removesuffix(_END).rstrip()
    return text
