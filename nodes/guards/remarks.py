"""Remarks: what an editor says about its work after the response."""

import re

from nodes.guards.span import Span
from nodes.guards.task import Task, any_of, compiled
from nodes.guards.wording import (
    CHANGES_EN,
    EDITED,
    EDITED_DE,
    EDITED_EN,
    EDITED_ES,
    EDITED_FR,
    EDITED_ZH,
    I_EDITED,
    OPENERS,
    SUGGESTIONS,
)

_MARK = r"[ \t]*(?:[-*_]{3,}[ \t]*\n+[ \t]*)?[>\#*_(\[\uff08\u3010]*[ \t]*"
"""Where a line begins, after a rule, heading marks, stars or a bracket."""
_SENTENCE = re.compile(r"(?<=[.!?\u3002\uff01\uff1f])[ ]*(?=\S)|[ ]*[(\[\uff08][*_]*")
"""Where a remark may begin within a line."""
_LISTS = rf"""
    (?:(?:list|summary|overview|explanation|breakdown)[ ]of[ ](?:the[ ]|my[ ]|key[ ])?{CHANGES_EN}
      |{CHANGES_EN}[ ](?:made|applied|include|incorporated)
      |(?:key|main|notable|specific)[ ](?:changes|modifications|revisions|edits)
      |(?:revision|editor(?:'s|ial)?)[ ]notes?|change[ ]?log|what(?:[ ]I|['\u2019]s)?[ ]changed
      |(?:principales[ ])?(?:modifications|changements|améliorations)[ ](?:apporté|effectué)e?s
      |explication[ ]des[ ](?:modifications|changements)
      |(?:vorgenommene|durchgeführte|wichtigste)[ ](?:Änderungen|Anpassungen|Verbesserungen)
      |erläuterung(?:en)?[ ](?:der|zu[ ]den)[ ](?:Änderungen|Anpassungen) | änderungen(?=\**:)
      |(?:principales[ ])?(?:cambios|modificaciones|mejoras)[ ](?:realizad|hech|efectuad|aplicad)[ao]s
      |explicación[ ]de[ ](?:los|las)[ ](?:cambios|modificaciones|mejoras)
      |(?:主要|具体)?(?:的)?(?:修改|改动|修订|更改|改进|調整|调整)(?:说明|說明|内容|內容|之处|要点|点|如下)
      |(?:主要|具体)(?:的)?(?:修改|改动|修订|更改|调整)
    )\**[ ]?[:\uff1a\n]"""
_SENTENCES = rf"""
    (?:I|We)(?:['\u2019]ve|[ ]have)?[ ](?:also[ ])?(?:made|implemented|incorporated|applied)[ ]
        [^\n.:]{{0,40}}\b{CHANGES_EN}\b
  | (?:here|below)[ ](?:are|is)[ ][^\n.:]{{0,40}}\b{CHANGES_EN}[ ](?:I|that|made|to)\b
  | (?:the|these|those|some[ ]of[ ]the)[ ](?:main[ ]|key[ ])?{CHANGES_EN}
        [ ](?:I[ ]made|made|include|are|were|make|help|ensure|aim|address|improve|should|will)\b
  | by[ ](?:making|incorporating|implementing|following)[ ](?:these|the|those)[ ](?:{CHANGES_EN}|suggestions)
  | (?:this|the|my|your)[ ](?:(?:revised|modified|edited|updated|improved|rewritten|refined|enhanced)
        [ ](?:and[ ]\w+[ ])?(?:response|version|answer|reply|text))\b
  | in[ ](?:this|the|my)[ ](?:{EDITED_EN}|version,[ ]I|response,[ ]I)\b
  | the[ ]following[ ]{CHANGES_EN}[ ](?:were|have[ ]been)[ ]made
  | I[ ]hope[ ](?:that[ ])?(?:this|the|my)[ ](?:{EDITED_EN}|response|revision|rewrite)
  | {I_EDITED}[^\n]{{0,120}}\b(?:response|answer|suggestions?|feedback|version|original|clarity|wording
        |réponse|version|suggestions|Antwort|Vorschl|Fassung|respuesta|sugerencias|回复|回答|回覆|建议)
  | I(?:['\u2019]ve|[ ]have)?[ ](?:added|removed|included|addressed|kept|clarified|followed|incorporated)[ ]
        [^\n]{{0,100}}\b(?:the[ ]response|the[ ](?:writing[ ])?suggestions?|previous[ ]response|your[ ]feedback)
  | (?:this|the)[ ](?:response|answer|version)[ ]now[ ]\w+s\b
  | (?:J'ai|Nous[ ]avons)[ ](?:apporté|effectué)[^\n.:]{{0,40}}(?:modifications|changements|améliorations)
  | (?:Cette|La)[ ]{EDITED_FR} | J'espère[ ]que[ ](?:cette|la)[ ](?:{EDITED_FR}|réponse|révision)
  | Ich[ ]habe[ ][^\n.:]{{0,40}}(?:Änderungen|Anpassungen|Verbesserungen)\b
  | (?:Diese|Die)[ ]{EDITED_DE} | Ich[ ]hoffe,?[ ](?:dass[ ])?(?:diese|die)[ ](?:{EDITED_DE}|Antwort|Überarbeitung)
  | (?:He[ ](?:realizado|hecho)|Hice)[ ][^\n.:]{{0,40}}(?:cambios|modificaciones|mejoras)
  | (?:Esta|La)[ ]{EDITED_ES} | Espero[ ]que[ ](?:esta|la)[ ](?:{EDITED_ES}|respuesta|revisión)
  | 我(?:做了|进行了|對|对|作了)[^\n。]{{0,30}}(?:修改|改进|改動|改动|调整|更改|优化|润色)
  | (?:以上|这|這|上述)(?:就)?(?:是|为|為)?(?:个|個)?{EDITED_ZH} | 希望(?:这|這|以上)?(?:个|個)?{EDITED_ZH}
  | (?:这些|這些|以上)(?:修改|改进|改动|调整)"""
_CLOSERS = rf"""
    (?:(?:please[ ])?(?:let[ ]me[ ]know|feel[ ]free[ ]to|don['\u2019]t[ ]hesitate|if[ ]you|would[ ]you[ ]like
        |is[ ]there[ ]anything|do[ ]you[ ]want|happy[ ]to)\b
        [^\n]{{0,80}}?\b(?:further|more|additional|other|any|another)\b[^\n]{{0,20}}?
        \b(?:{CHANGES_EN}|revision|modification|change|edit|tweaks?|adjustment)\b)
  | (?:please[ ])?let[ ]me[ ]know[ ]if[ ](?:this|the)[ ](?:{EDITED_EN}|revision|response|works[ ]better)
  | (?:is[ ]there[ ]anything[ ](?:else[ ])?)(?:you['\u2019]d[ ]like[ ]me[ ]to|I[ ]should)[ ](?:change|revise|modify|edit|improve)
  | (?:n'hésitez[ ]pas|faites-moi[ ]savoir|dites-moi|si[ ]vous)[^\n]{{0,80}}(?:modifications?|changements?|ajustements?|révisions?)
  | (?:lass(?:en[ ]Sie)?[ ](?:es[ ])?mich|sag(?:en[ ]Sie)?|wenn[ ](?:Sie|du)|falls)[^\n]{{0,80}}(?:Änderung|Anpassung|Überarbeitung)
  | (?:av[íi]s[ae]me|hazme[ ]saber|h[áa]game[ ]saber|d[ée]jame[ ]saber|no[ ]dud[ae]s?[ ]en|si[ ](?:necesitas|quieres|desea)|dime)
        [^\n]{{0,80}}(?:cambios?|modificaci[óo]n(?:es)?|ajustes?|revisi[óo]n(?:es)?)\b
  | (?:如果|如|若)(?:您|你)?[^\n。]{{0,20}}(?:修改|调整|調整|改进)[^\n]{{0,40}} | (?:请|請)(?:告诉|告訴|告知)我[^\n。]{{0,30}}(?:修改|调整)"""
_NOTES = r"""
    (?:(?:please[ ])?note(?:s)?(?:[ ]that)?|n\.?b\.?|p\.?[ ]?s\.?|explanation|rationale|reasoning|justification|comments?
      |remarque|explication|hinweis|anmerkung|erläuterung|erklärung|begründung|nota|explicación
      |注|注意|备注|備註|说明|說明|解释|解釋)[*_]{0,2}[ ]?(?:[:\uff1a]|that\b|[ ](?=I[ ]))"""
_ABOUT_EDIT = rf"""
    {EDITED} | {SUGGESTIONS} | {I_EDITED}
  | \bI(?:['\u2019]ve|[ ]have)?[ ](?:also[ ])?(?:made|added|removed|chang\w+|kept|clarif\w+|shorten\w+|includ\w+|address\w+
        |correct\w+|replac\w+|us)\w*\b[^\n]{{0,100}}\b(?:response|answer|text|sentence|suggestion|version|wording|clarity|example|detail|tone|grammar)
  | \b(?:the|this|my|your)[ ](?:previous|original|revised|above)?[ ]?(?:response|answer|version|text|sentence|paragraph)[ ]
        (?:now|has[ ]been|have[ ]been|was|were)\b[^\n]{{0,60}}(?:edit|revis|modif|rewr|chang|includ|clear|concise|more|updat|short|expand)
  | \b(?:the|this)[ ]response[ ]now\b | \b(?:previous|original)[ ]response\b | \bwriting[ ]suggestions?\b
  | \b(?:the[ ]|these[ ]|this[ ]|some[ ])(?:{CHANGES_EN}|suggestions?)[ ](?:made|was|were|have|has|that|beyond|to[ ]the|above|provided)
  | \b(?:la|cette)[ ]réponse\b[^\n]{{0,80}}(?:été|maintenant|révis|modifi|désormais) | \bles[ ]suggestions\b
  | \b(?:die|diese)[ ]Antwort\b[^\n]{{0,80}}(?:wurde|jetzt|nun|überarbeitet) | \bdie[ ]Vorschläge\b
  | \b(?:la|esta)[ ]respuesta\b[^\n]{{0,80}}(?:ahora|ha[ ]sido|fue|modific|revis) | \blas[ ]sugerencias\b
  | (?:回复|回答|答案|原文|文本|内容)[^\n]{{0,20}}(?:已|进行|作了)[^\n]{{0,10}}(?:修改|改进|调整|更新|优化) | (?:修改|改进|调整|优化)(?:了|后)
    """
_HEAD = rf"{_MARK}(?:{OPENERS}?(?:{_LISTS}|{_SENTENCES}))"
_CLOSER = rf"{_MARK}(?:{_CLOSERS})"
_NOTE = rf"{_MARK}(?:{_NOTES})"

_CHANGES_ASKED = any_of(
    r"\b(?:list|explain|describe|show|highlight|point out|summari[sz]e|mark|mention|what|which)\b"
    r"[^.\n]{0,40}\b(?:changes|edits|revisions|modifications|corrections|improvements|changed)\b",
    r"(?:列出|说明|解释|指出)[^。\n]{0,12}(?:修改|改动|更正)",
    r"\b(?:expli|list|indi|montr)\w+[^.\n]{0,40}\b(?:modifications|changements|corrections)\b",
    r"(?:erklär|erläuter|nenne|liste)\w*[^.\n]{0,40}(?:änderungen|korrekturen)",
    r"\b(?:expli|list|enumer|señal)\w+[^.\n]{0,40}\b(?:cambios|correcciones|modificaciones)\b",
)
"""Requests to say what was changed."""
_LETTERS = any_of(
    r"\b(?:e-?mails?|letter|memo|newsletter|proposal)\b", r"\b(?:message|reply|respond)\b[^.\n]{0,20}\bto\b",
    "邮件", "郵件", r"写[^。\n]{0,12}信", r"\b(?:lettre|courriel|correo|carta|(?:einen|den|kurzen) brief|nachricht an|mensaje)\b",
)  # fmt: skip
"""Requests for letters, which may well end with an offer to change something."""
_LIST_LINE = re.compile(r"[ \t]*(?:[-*+•]|\(?\d{1,2}[.)\uff0e、])")
_HANDED_OVER = (
    rf"^[ \t]*(?:\#{{1,6}}[ ]*)?[*_]*(?:(?:revised|modified|edited|updated|improved|final|new)?[ ]*(?:previous[ ])?"
    rf"response|{EDITED})[*_]*[ ]?[:\uff1a]"
)
_MOST_PARAGRAPHS = 3


def take_remark(text: str, task: Task) -> str:
    """Take off a remark on the edit that ends the text; nothing if the response comes after it."""
    starts = [*_heads(text, task), *_closers(text, task), *_notes(text, task)]
    for start in sorted(starts):
        left = text[:start].rstrip()
        if left and not compiled(OPENERS).fullmatch(left):
            return left if compiled(_HANDED_OVER).search(text, start) is None else text
    return text


def find_remark(text: str, task: Task) -> Span | None:
    """Where a line speaks of the edit that neither the task asks for nor the original has."""
    notes = _first(_NOTE, task, _CHANGES_ASKED, text)
    found = [*_first(_HEAD, task, _CHANGES_ASKED, text), *filter(_is_about_edit, notes)]
    return next((Span(*each.span()) for each in found), None)


def _is_about_edit(note: re.Match[str]) -> bool:
    line = note.string[note.start() :].lstrip().partition("\n")[0]
    return compiled(_ABOUT_EDIT).search(line) is not None


def _heads(text: str, task: Task) -> list[int]:
    """Where lists of changes and sentences about the edit begin, if little but that follows."""
    found = _first(_HEAD, task, _CHANGES_ASKED, text)
    return [each.start() for each in found if _is_last(text[each.start() :])]


def _closers(text: str, task: Task) -> list[int]:
    found = _first(_CLOSER, task, _LETTERS, text)
    return [each.start() for each in found if "\n\n" not in text[each.start() :].strip()]


def _notes(text: str, task: Task) -> list[int]:
    found = _first(_NOTE, task, _CHANGES_ASKED, text)
    rests = ((each.start(), text[each.start() :]) for each in found)
    return [start for start, rest in rests if _is_last(rest) and compiled(_ABOUT_EDIT).search(rest)]


def _first(pattern: str, task: Task, asked: re.Pattern[str], text: str) -> list[re.Match[str]]:
    """What a pattern finds, unless the task asks for it or the previous response has it."""
    seen = compiled(pattern)
    found = [match for start in _starts(text) if (match := seen.match(text, start))]
    if not found or task.asks(asked):
        return []
    if any(seen.match(task.previous, start) for start in _starts(task.previous)):
        return []
    return [each for each in found if not task.names(each.group())]


def _starts(text: str) -> list[int]:
    """Where a remark may begin: at each line, and at the sentences and brackets of the last one."""
    lines = [0, *(found.end() for found in re.finditer("\n", text))]
    return [*lines, *(found.start() for found in _SENTENCE.finditer(text, lines[-1]))]


def _is_last(rest: str) -> bool:
    """Whether what follows is no more than a remark: lists, and a few paragraphs."""
    paragraphs = re.split(r"\n[ \t]*\n", rest.strip())
    return sum(not _LIST_LINE.match(each) for each in paragraphs) <= _MOST_PARAGRAPHS
