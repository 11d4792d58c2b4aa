"""Leaks: words of the debate or of the prompts that ended up in a response."""

import re
from itertools import takewhile

from nodes.guards import signs
from nodes.guards.basis import WHITE, Basis
from nodes.guards.cleaning import clean
from nodes.guards.patterns import any_of, pattern_of
from nodes.guards.remarks import find_remark
from nodes.guards.signs import Signs
from nodes.guards.span import Span
from nodes.guards.tokens import TOKENS
from nodes.guards.wording import REWORK_EN, WORKS_EN
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
  | \b(?:(?:the|my|your)[ ]previous|your[ ]original)[ ]response\b
  | \breferring[ ]to[ ](?:your|the[ ](?:previous|provided|above|given))[ ]
        (?:response|instructions?)\b
  | ^[*_]{0,2}feedback[ ]on[ ](?:it|this|the[ ]\w+)[*_]*:
  | \b(?:la[ ]réponse[ ]précédente|(?:die|der)[ ]vorherigen?[ ]antwort|la[ ]respuesta[ ]anterior)\b
  | (?:以上|上述|根据)(?:的)?写作建议
  | \b(?:based[ ]on|following|referring[ ]to|incorporating|per|considering|according[ ]to)
        [ ](?:the|these|your)[ ](?:above[ ]|given[ ]|writing[ ])+suggestions\b
  | \A\W*(?:based[ ]on|following|incorporating)[ ](?:the|these|your)[ ]suggestions\b
  | \b(?:the|these|your)[ ]writing[ ]suggestions\b
  """
ABOUT_RESPONSE = r"""
    \b(?:suggestions?|ways)[ ](?:to|for|on[ ]how[ ]to|pour)[ ](?:improv\w+|enhanc\w+|refin\w+
        |améliorer)[ ](?:the|this|your|la|votre)[ ](?:response|answer|réponse)\b
  | \b(?:to|and)[ ](?:make|improve|enhance|refine)[ ](?:the|this|your)[ ]response
        (?=[ ](?:more|clearer|better|and|by|with)\b|[.,:;]|$)
  | \b(?:let['\u2019]s|let[ ]us|please)[ ](?:enhance|improve|refine|revise|rewrite|modify)[ ]
        (?:the|this|your)[ ](?:\w+[ ])?response\b
  | \bthe[ ]instructions?[ ](?:requires?|asks?[ ]for)[ ](?:a|the)[ ]response\b
  | \b(?:the|this)[ ](?:above[ ]|given[ ])?response[ ](?:accurately|correctly|appropriately
        |effectively|clearly)[ ]\w+s[ ]
  | \b(?:the|this)[ ](?:above[ ]|given[ ])?response[ ](?:could|can|should)[ ]be[ ](?:improved
        |enhanced|refined|made[ ]more|more|revised|modified)\b
  | \bla[ ]respuesta[ ](?:puede|podría)[ ](?:mejorar|ser[ ]más)
        | \bla[ ]réponse[ ](?:pourrait|peut)[ ]être[ ](?:améliorée|plus)
        | \bdie[ ]antwort[ ](?:könnte|kann|sollte)[^.\n]{0,40}verbessert
  | \b(?:the|this)[ ](?:above[ ]|given[ ])?response[ ]is[ ](?:\w+ly[ ])?(?:accurate|concise|clear
        |informative|well-structured|comprehensive|helpful|relevant)\b
  """
"""Talk about a response, as reviewers and advisors have it, where nobody has asked for any."""
_OF_RESPONSES = any_of(
    r"\brespon[sd]", r"\banswer", r"\brepl(?:y|ies)\b", r"\bfeedback", r"\breview", r"\bevaluat",
    r"\bresp(?:uesta|onde)", r"\brépon[sd]", r"\bantwort", "回复", "回答", "评价",
)  # fmt: skip
"""Requests and responses that speak of responses, such as those of servers or of a market."""
ANOTHER_VERSION = rf"""
    ^(?:here(?:['\u2019]s|[ ]is)|below[ ]is)[ ](?:an?|the|my)[ ](?:{REWORK_EN})[ ]
        (?:version|response|answer|{WORKS_EN})\b
  """
"""Another version after the response has begun, where nobody has asked for one."""
_OF_VERSIONS = any_of(
    r"\bre(?:writ|phras|word|vis|fin|work)", r"\bparaphras", r"\bedit", r"\bcorrect", r"\bfix",
    r"\bdebug", r"\bimprov", r"\bmodif", r"\boptimi", r"\bproofread", r"\bbetter", r"\benhanc",
    r"\bchang", r"\bconvert", r"\btransform", r"\bpolish", r"\berror", r"\bmistake", r"\bwrong",
)  # fmt: skip
"""Requests for another version of something."""
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
"""The participants of the debate, as prompts and agents name them."""
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
"""Requests for a text with named speakers."""
OF_SCAFFOLDING = Signs(
    *(
        "respon",
        "answer",
        "suggestions",
        "feedback on",
        "review from",
        "instruction",
        "input",
        "</",
        "version",
    ),
    *("output", "réponse", "sortie", "schreibvorschläge", "antwort", "anweisung", "eingabe"),
    *("sugerencias", "respuesta", "instrucción", "写作建议", "之前的回复", "指令"),
)
"""Without one of these words a text can have neither scaffolding nor tags."""


def find_scaffolding(response: str, original: str = "", request: str = "") -> Span | None:
    """Where the response contains an editor's headings, lead-ins, tags or remarks."""
    basis = Basis(original, request)
    cleaned = clean(response, original, request).text
    if cleaned.strip(WHITE) != response.strip(WHITE):
        return _difference(response, cleaned)
    if OF_SCAFFOLDING.are_in(response):
        found = _new(pattern_of(SCAFFOLDING), response, basis, signs.SCAFFOLDING)
        found = found or (_new(TAG, response, basis) if "<" in response else None)
        if found:
            return found
    return _find_talk(response, basis) or find_remark(response, basis)


def _find_talk(response: str, basis: Basis) -> Span | None:
    """Where the response speaks of a response, or of a version, unless the request does so, too."""
    talk = _new(pattern_of(ABOUT_RESPONSE), response, basis, signs.ABOUT_RESPONSE)
    if talk and not basis.asks(_OF_RESPONSES) and not _OF_RESPONSES.search(basis.previous):
        return talk
    version = _new(pattern_of(ANOTHER_VERSION), response, basis, signs.ANOTHER_VERSION)
    return version if version and not basis.asks(_OF_VERSIONS) else None


def find_tokens(response: str, original: str = "", request: str = "") -> Span | None:
    """Where the response contains a token of a chat template."""
    if "<" not in response and "[" not in response:
        return None
    return _new(TOKENS, response, Basis(original, request))


def find_role_names(response: str, original: str = "", request: str = "") -> Span | None:
    """Where the response names participants of the debate, or chat roles."""
    basis = Basis(original, request)
    found = _new(PEOPLE, response, basis, signs.PEOPLE)
    if found or ":" not in response or not signs.SPEAKERS.are_in(response):
        return found
    return None if basis.asks(_DIALOGUE) else _new(SPEAKERS, response, basis)


def _new(
    pattern: re.Pattern[str], response: str, basis: Basis, of: Signs | None = None
) -> Span | None:
    """The first match in the response that occurs in neither original nor request.

    `of` are words of which every match contains one: without any of them the search is skipped.
    """
    if of is not None and not of.are_in(response):
        return None
    found = (each for each in pattern.finditer(response) if not basis.names(each.group()))
    span = next((Span(*each.span()) for each in found), None)
    return None if span is None or pattern.search(basis.previous) else span


def _difference(response: str, cleaned: str) -> Span:
    """The span that cleaning removed, before or after what is left."""
    start = response.find(cleaned)
    if start > 0:
        return Span(0, start)
    if start == 0 and cleaned:
        return Span(len(cleaned), len(response))
    same = sum(
        1 for _ in takewhile(lambda pair: pair[0] == pair[1], zip(response, cleaned, strict=False))
    )
    return Span(same, len(response))
