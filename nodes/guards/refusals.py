"""Refusals: a response that apologizes or declines instead of answering."""

import re

_OPENING = 300
"""Characters at the start of a text that are searched for a refusal."""

_I = r"\bi(?:['\u2019]m|\ am)?"
_NOT = r"(?:can(?:['\u2019]t|\ ?not)|won['\u2019]t|do(?:n['\u2019]t|\ not)\ have|not|unable)"
_DO = r"""(?:assist|help(?:\ you)?\ with|provide|fulfil|comply|complete|generate|create|write|answer
    |access|browse|do\ that|engage|share|discuss)"""
_REFUSAL = re.compile(
    rf"""
    \bas\ an?\ (?:ai|artificial\ intelligence|(?:large\ )?language\ model|llm)\b
        (?=[^.!?\n]{{0,60}}[\s,](?:i|my)\b)
  | {_I}\ (?:just\ |only\ )?an?\ (?:ai|(?:large\ )?language\ model)\b
  | \A\W*(?:{_I}\ (?:so\ |very\ )?sorry|sorry|i\ apologi[sz]e|my\ apologies|unfortunately)
        [^.!?\n]{{0,80}}{_I}\ {_NOT}\b
  | \A\W*{_I}\ {_NOT}\ (?:able\ )?(?:to\ )?{_DO}
  | \A\W*(?:很?抱歉|对不起|對不起|作为一[个款]|作為一[個款])
        [^\u3002\n]{{0,40}}(?:无法|不能|無法|AI|人工智能|模型)
  | \A\W*(?:lo\ siento|je\ suis\ d[ée]sol[ée]e?|(?:es\ )?tut\ mir\ leid|desculpe|mi\ dispiace)\b
        [^.!?\n]{{0,60}}\b(?:no\ puedo|ne\ peux\ pas|kann\ ich|ich\ kann|não\ posso|non\ posso)\b
    """,
    re.IGNORECASE | re.VERBOSE,
)


def is_refusal(text: str) -> bool:
    """Whether a text opens by refusing, apologizing, or speaking of its limits as an AI."""
    return bool(_REFUSAL.search(text[:_OPENING]))
