"""Leaks: words of the debate and of prompts that have got into a response."""

import re
from itertools import takewhile

from nodes.guards import signs
from nodes.guards.cleaning import clean
from nodes.guards.remarks import find_remark
from nodes.guards.signs import Signs
from nodes.guards.span import Span
from nodes.guards.task import WHITE, Task, any_of, pattern_of
from nodes.guards.tokens import TOKENS
from nodes.guards.wrappers import TAG

SCAFFOLDING = r"""
    ^[ \t]*\#{1,6}[ \t]*\**(?:                          # headings of the prompts
        (?:(?:revised|modified|edited|improved|updated|rewritten|original|final)[ ])?
            (?:previous[ ])?(?:response|answer)\**[ \t]*(?::|$)
      | (?:previous|revised|modified|edited|improved|updated|original)[ ](?:response|answer)\b
      | writing[ ]suggestions | review[ ]from[ ]others | (?:instructions?|input)[ \t]*\**:
      | suggestions[ ]de[ ]rédaction | réponse[ ]précédente | (?:réponse|sortie)[ \t]*\**:
      | schreibvorschläge | vorherige[ ]antwort | (?:anweisung|eingabe)[ \t]*\**:
      | sugerencias[ ]de[ ](?:escritura|redacción) | respuesta[ ]anterior
      | instrucción[ \t]*\**: | (?:写作建议|之前的回复|指令)[ \t]*\**[:\uff1a]
    )
  | ^[ \t]*\#{3,6}[ \t]*output[ \t]*:
  | ^[ \t]*\*\*(?:(?:revised|modified|edited|improved|updated)[ ](?:previous[ ])?response
        |instruction)
        :?\*\*:?
  | ^[ \t]*\*{0,2}(?:original|previous|revised|modified|edited|improved|updated)[ ]
        (?:previous[ ])?response[ ]?:
  | \[(?:your|the|insert)?[ ]?(?:revised|modified|edited|improved)[ ](?:response|answer)[^\]\n]*\]
  | \b(?:the|this|my|your)[ ](?:revised|modified|edited|improved|updated|rewritten)[ ]response\b
  | \b(?:the|my|your)[ ]previous[ ]response\b
  | \b(?:based[ ]on|following|referring[ ]to|incorporating|per|considering|according[ ]to)
        [ ](?:the|these|your)[ ](?:above[ ]|given[ ]|writing[ ])+suggestions\b
  | \A\W*(?:based[ ]on|following|incorporating)[ ](?:the|these|your)[ ]suggestions\b
  | \b(?:the|these|your)[ ]writing[ ]suggestions\b
  """
PEOPLE = re.compile(
    r"""
    \b(?i:reviewer[ ][12])\b
  | (?i:^[ \t>*_#]*(?:positive|critical)[ ](?:debater|reviewer)\b)
  | (?i:\bas[ ](?:a|an|the|your)[ ](?:(?:professional|experienced|critical|optimistic)[ ])
        (?:editor|advisor|judge|debater|reviewer|person)\b)
  | (?i:\bassistant[ ][12](?:'s|\u2019s)?[ ](?:response|answer|is|provides|gives|offers|has)\b)
    """,
    re.MULTILINE | re.VERBOSE,
)
"""People of the debate."""
SPEAKERS = re.compile(
    r"""
    (?i:^[ \t>*_#]*(?:debater|advisor|editor|judge)[ ]?(?:[12])?[*_]*:)
  | ^[ \t]*(?:ASSISTANT|USER|SYSTEM|HUMAN|GPT):
  | [ ](?:ASSISTANT|USER):(?=[ ]|$)
  | \A\s*(?i:(?:assistant|user|human|gpt|chatgpt|ai|bot|model)[ ]?:)
    """,
    re.MULTILINE | re.VERBOSE,
)
_DIALOGUE = any_of(
    r"\bdialog", r"\bconversations?\b", r"\binterview", r"\btranscript", r"\bscript\b", r"\bskit\b",
    r"\bchat ?bot", "对话", "對話", r"\bdiálogo", r"\bGespräch",
)  # fmt: skip
"""Requests for texts in which people speak, each with a name."""
OF_SCAFFOLDING = Signs(
    *("respon", "answer", "suggestions", "review from", "instruction", "input", "</", "version"),
    *("output", "réponse", "sortie", "schreibvorschläge", "antwort", "anweisung", "eingabe"),
    *("sugerencias", "respuesta", "instrucción", "写作建议", "之前的回复", "指令"),
)
"""Signs that a text speaks of what scaffolding and tags are about at all."""


def find_scaffolding(response: str, original: str = "", request: str = "") -> Span | None:
    """Where what editors say around a response has got into it."""
    task = Task(original, request)
    cleaned = clean(response, original, request).text
    if cleaned.strip(WHITE) != response.strip(WHITE):
        return _difference(response, cleaned)
    if OF_SCAFFOLDING.are_in(response):
        found = _new(pattern_of(SCAFFOLDING), response, task, signs.SCAFFOLDING)
        found = found or (_new(TAG, response, task) if "<" in response else None)
        if found:
            return found
    return find_remark(response, task)


def find_tokens(response: str, original: str = "", request: str = "") -> Span | None:
    """Where a token of a chat template has got into it."""
    if "<" not in response and "[" not in response:
        return None
    return _new(TOKENS, response, Task(original, request))


def find_role_names(response: str, original: str = "", request: str = "") -> Span | None:
    """Where the debate's people or chat roles have got into it."""
    task = Task(original, request)
    found = _new(PEOPLE, response, task, signs.PEOPLE)
    if found or ":" not in response or not signs.SPEAKERS.are_in(response):
        return found
    return None if task.asks(_DIALOGUE) else _new(SPEAKERS, response, task)


def _new(
    pattern: re.Pattern[str], response: str, task: Task, of: Signs | None = None
) -> Span | None:
    """The first match in the response that neither original nor request has.

    Without any of the signs `of` the pattern there is none.
    """
    if of is not None and not of.are_in(response):
        return None
    found = (each for each in pattern.finditer(response) if not task.names(each.group()))
    span = next((Span(*each.span()) for each in found), None)
    return None if span is None or pattern.search(task.previous) else span


def _difference(response: str, cleaned: str) -> Span:
    """What stands before or after the part that is no leak."""
    start = response.find(cleaned)
    if start > 0:
        return Span(0, start)
    if start == 0 and cleaned:
        return Span(len(cleaned), len(response))
    same = sum(
        1 for _ in takewhile(lambda pair: pair[0] == pair[1], zip(response, cleaned, strict=False))
    )
    return Span(same, len(response))
