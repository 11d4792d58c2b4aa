"""Lead-ins: headings, labels and sentences with which an editor hands over a response."""

from nodes.guards.basis import Basis
from nodes.guards.patterns import pattern_of
from nodes.guards.wording import (
    EDITED,
    EDITED_DE,
    EDITED_EN,
    EDITED_ES,
    EDITED_FR,
    EDITED_ZH,
    HANDS_OVER,
    I_EDITED,
    KIND,
    LABELLED_EN,
    OPENERS,
    PRESENTS,
    RESPONSE_EN,
    REWORK_EN,
    SUGGESTIONS,
)

_COLON = "[:\uff1a]"
_LABELS = (
    rf"(?:{RESPONSE_EN}|{EDITED_EN}|{EDITED_FR}|{EDITED_DE}|{EDITED_ES}|{EDITED_ZH}"
    rf"|modified|revised|edited version|rewritten|{LABELLED_EN})"
)
# "Here is the answer:" and "Here is a response you could send:" are a response's own words.
_OF_THE_TASK = (
    r"(?:the|this|your)[ ](?:given[ ]|above[ ])?(?:instruction|request|task|prompt|question)"
)
_HEADINGS = rf"""\s*{OPENERS}?(?:
    \#{{1,6}}[ \t]*\**(?:{KIND}?response|{_LABELS})\**[ ]?{_COLON}?\**[ \t]*(?:\n
        |\Z) # ### Response:
  | \#{{1,6}}[ \t]*{KIND}?response:[ \t]*                          # ### Response: text
  | \*\*(?:{KIND}?response|{_LABELS})[ ]?{_COLON}?\*\*(?:{_COLON}[ \t]*|[ \t]*(?:\n|\Z)
        |(?<=:\*\*)[ \t]*)
  | \[(?:{_LABELS})\][ \t]*(?:\n|\Z) | 【(?:{_LABELS})】[ \t]*\n?
  | (?:{_LABELS})[ ]?{_COLON}[ \t]*                                # Revised response: text
  | (?:response|回复|回覆)[ ]?{_COLON}[ \t]*(?=\n)
    )"""
_ENGLISH = rf"""\s*{OPENERS}?
    (?:(?:here(?:'s|\u2019s|[ ]is)|below[ ]is|the[ ]following[ ]is|this[ ]is)\s+)
    (?:the[ ]|a[ ]|an[ ]|my[ ]|your[ ])?
    (?:(?:more[ ](?:\w+ly[ ])?)?(?:{KIND}|formatted\s+)[^\n:]{{0,40}}?
        (?:response|version|answer|text|rewrite)
      |response(?![ ]to[ ](?!{_OF_THE_TASK}))(?![^\n:]*\byou[ ](?:can|could|may|might)\b)
      |rewrite|revision)
    [^\n:]{{0,120}}:\**[ \t]*(?:\n\s*|\Z)"""
_REWORKED = rf"""\s*{OPENERS}*(?:[^\n.:!?]{{1,160}}[.!][ ]+)?
    (?:here(?:'s|\u2019s|[ ]is|[ ]are)|below[ ](?:is|are)|the[ ]following[ ](?:is|are)|this[ ]is)[ ]
    (?:(?:an?|the|my|your|some)[ ])?(?:(?:slightly|more|fully)[ ]){{0,2}}
    (?:{REWORK_EN}[ ][^\n:]{{1,140}}
      |(?<=my[ ])(?:attempt|take|try|revision|rewrite)[^\n:]{{0,60}})
    :\**[ \t]*(?:\n\s*|\Z)"""
# Whatever came before it in its line, and whatever it is that was revised.
_TO_LINES_END = rf"[^\n:\uff1a]{{0,100}}{_COLON}[*_]{{0,2}}[ \t]*"
_SENTENCES = rf"""\s*{OPENERS}*[*_]{{0,2}}(?:
    (?:{SUGGESTIONS}[^\n:\uff1a]{{0,60}}?)?{PRESENTS}[^\n:\uff1a.]{{0,60}}?{EDITED}{_TO_LINES_END}(?:\n\s*|\Z)
  | (?:{SUGGESTIONS}[^\n:\uff1a]{{0,60}}?)?{PRESENTS}[^\n:\uff1a.]{{0,30}}?
        (?:revised\ response|(?:modified|edited|improved|updated|rewritten
        |refined)\ (?:previous\ )?response
          |{EDITED_FR}|{EDITED_DE}|{EDITED_ES}|{EDITED_ZH})[^\n:\uff1a"]{{0,60}}{_COLON}[ \t]*
  | {HANDS_OVER}[^\n:\uff1a.]{{0,60}}?{EDITED}[^\n:\uff1a.]{{0,100}}[.\u3002][ \t]*\n\s*\n\s*
  | (?:以下|下面)是[^\n:\uff1a]{{0,6}}(?:请求|指令|任务)的?(?:回复|回答|答复)[\uff1a:]\s*
  | (?:the|my|la|die|das)[ ]{EDITED}[ ](?:is|would\ be|reads|est|ist|lautet
        |es)\b[^\n:]{{0,40}}:[ \t]*(?:\n\s*|\Z)
  | {EDITED_ZH}(?:如下)[\uff1a:][ \t]*(?:\n\s*|\Z)?
  | (?:{SUGGESTIONS},?\s*)?{I_EDITED}[^\n]{{0,240}}[:.\uff1a。][*_]{{0,2}}[ \t]*(?:\n\s*\n|:\s*\n|\Z
        |(?<=[:\uff1a])\s*\n)
  | {SUGGESTIONS}[^\n:\uff1a]{{0,100}}{_COLON}[ \t]*(?:\n\s*|\Z)
    )"""
_PATTERNS = (_ENGLISH, _HEADINGS, _REWORKED, _SENTENCES)


def take_lead_in(text: str, basis: Basis) -> str:
    """Remove every lead-in from the start of the text."""
    start = 0
    while end := _end(text, start, basis):
        start = end
    return text[start:]


def _end(text: str, start: int, basis: Basis) -> int:
    """Where the lead-in at `start` ends; 0 if there is none, or the request asks for it."""
    matches = ((each, each.match(text, start)) for each in map(pattern_of, _PATTERNS))
    ends = [found.end() for each, found in matches if found and not each.match(basis.previous)]
    longest = max(ends, default=start)
    return 0 if longest == start or basis.names(text[start:longest]) else longest
