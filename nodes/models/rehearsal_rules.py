"""Rules of form: what can be seen, praised and fixed in a response without understanding it.

Pure functions over text, for the rule-based rehearsal model. They only add or remove white space,
punctuation, capitals and list marks: no rule removes a word or a number, and none touches code.
"""
# ruff: noqa: RUF001 # full stops, quotes and dashes of several languages are meant as they stand

import re
from collections.abc import Callable, Iterator
from itertools import pairwise
from typing import NamedTuple


class Request(NamedTuple):
    """What a response was asked to do."""

    instruction: str
    input: str = ""


class Rule(NamedTuple):
    """One defect of form. A response has it if `mend` changes it; `mend` is idempotent."""

    point: str
    """What is to be done, and why."""
    asked: str
    """A pattern that recognizes this repair in anybody's suggestions."""
    effort: int
    """How much of a round's effort the repair takes."""
    mend: Callable[[Request, str], str]
    """Makes the repair."""


class Assessment(NamedTuple):
    """What the rules see in a response."""

    complaints: list[str]
    """What should be improved, in the order of the rules."""
    strengths: list[str]
    disputed: list[str]
    """Pairs of a complaint and a strength that contradict each other."""
    grade: int
    """From 1, nothing is written, to 10, nothing is to be improved."""


_FENCED = re.compile(r"^[ \t]*(`{3,}|~{3,}).*?(?:^[ \t]*\1[ \t\r]*$|\Z)", re.MULTILINE | re.DOTALL)
# Signs of code, formulas, tables and mark-up, where a comma or a capital may carry meaning.
_CODE = re.compile(
    r"[={}\\|_<>^]|\(\)|;[ \t]*$|\):[ \t]*$|^[ \t]*\w+\("
    r"|^[ \t]*(?:def|class|import|from|return|if|for|while|const|let|var|SELECT|select|INSERT)\b",
    re.MULTILINE,
)
_LISTED = re.compile(r"[ \t]*(?:[-*•–#]|\d{1,3}[.)]|[a-zA-Z][.)])[ \t]")
# Tasks that ask for a single piece: no list, no paragraphs, or not even a sentence.
_TITLE = re.compile(r"(?i)\b(?:headline|title|slogan|tagline|caption|hashtag|subject line|phrase)")
_ONE_PIECE = re.compile(
    _TITLE.pattern + r"|\b(?:sentence|paragraph|tweet|poem|haiku|song|lyrics|jingle|one line|json"
    r"|csv|xml|html|array|code|sql|equation|expression|regex)"
)
_READ = 2000  # characters of an instruction that are read

_STOPS = tuple(".!?…。！？।؟")
_CLOSERS = "\"'”’)]*`»」』）"
_STRAY = re.compile(r"(?<=\S) (?=\n)|(?<=\S ) +(?=\S)")  # two spaces end a line in Markdown
_SMALL_START = re.compile(r"\s*[\"'“‘(*]{0,3}([^\W\d_]+)(?=[\s,;:!?'’-]|\.?(?:\s|$))")
_BOUNDARY = re.compile(
    r"(?:[.!?…][\"'”’)\]]{0,2} +|[。！？][”’」』）]{0,2} *)(?=[^\s.!?…。！？”’」』）])"
)
_ABBREVIATION = re.compile(
    r"(?:^|[\s(])(?:[A-Za-z]|\d{1,2}|Mr|Mrs|Ms|Dr|St|Prof|No|Inc|vs|etc|approx|e\.g|i\.e|U\.S)$"
)
_NUMBER = re.compile(r"(?:^|(?<=\s))(\d{1,2})[.)] +(?=\S)")
_ORDINAL = re.compile(r"(First|Second|Third|Fourth|Fifth|Sixth|Finally|Lastly)(?:ly)?\b")
_INTRO = re.compile(r"[^,:.;!?]{1,120}?(?::|\b(?:are|includes?|including|such as)\b:?) +")
_COMMA = re.compile(r",(?P<and> (?:and|or))? +")
_AND = re.compile(r" (?:and|or) +")
_SHORT = re.compile(r"(?=.*[^\W\d_])[^\s.:;!?()]+(?: +[^\s.:;!?()]+){0,4}\.?")
_WORD = re.compile(r"[^\W\d_]{2,}")
# Words that instruct or connect: an answer need not repeat them.
_TASK_WORD = re.compile(
    "about|based|below|come|construct|could|create|describe|design|each|every|example|explain"
    "|find|five|following|from|generate|given?|have|identify|into|list|make|name|please|poem"
    "|provide|rewrite|short|should|some|suggest|summarize|tell|text|than|that|them|then|these"
    "|they|this|three|using|what|when|where|which|will|with|words?|would|write|your|.{2,3}"
)


def review(task: Request, response: str) -> Assessment:
    """Look at a response by all rules."""
    complaints = [rule.point for rule in RULES if rule.mend(task, response) != response]
    if not response.strip():
        return Assessment(complaints, ["Nothing is written yet, so nothing in it is wrong."], [], 1)
    praise, blame = _coverage(task, response)
    return Assessment(
        complaints + blame,
        praise + _strengths(response.strip()) or ["It gives an answer, which can be built upon."],
        praise + blame if praise and blame else [],
        10 - len(complaints + blame),
    )


def _strengths(text: str) -> list[str]:
    seen = {
        "It starts with a capital letter.": text[0].isupper(),
        "It ends as a sentence does.": _is_ended(text),
        "It has a list with one item a line.": sum(map(_is_listed, text.splitlines())) > 1,
        "It is divided into paragraphs.": "\n\n" in text,
    }
    return [strength for strength, is_so in seen.items() if is_so]


def _coverage(task: Request, response: str) -> tuple[list[str], list[str]]:
    """Praise the words of the task that a response takes up; complain if it has hardly any."""
    words = dict.fromkeys(map(str.casefold, _WORD.findall(task.instruction[:_READ])))
    # Scripts without capitals often have no spaces between words either, so words can't be
    # compared.
    asked = [word for word in words if word.upper() != word and not _TASK_WORD.fullmatch(word)]
    said = _WORD.findall(response)
    stems = {word[:5].casefold() for word in said}  # words may have other endings
    present = [word for word in asked if word[:5] in stems]
    absent = [word for word in asked if word[:5] not in stems]
    hardly_any = len(said) >= 20 and len(present) * 4 < len(absent)  # a short answer may have none
    return (
        [f"It takes up words of the task: {', '.join(present[:4])}."] if present else [],
        [f"Take up more of the task, such as: {', '.join(absent[:3])}."] if hardly_any else [],
    )


def write_task(task: Request, response: str) -> str:
    """Restate the task in an empty response: rules know no answers and must not invent one."""
    if response.strip():
        return response
    asked = " ".join((task.instruction.strip() or task.input)[:_READ].split())
    if not asked:
        return "No answer has been written yet, and no task is given."
    if len(asked) > 200:
        asked = f"{asked[:200].rpartition(' ')[0] or asked[:200]}…"
    stop = "" if _is_ended(asked) else "."
    return f"No answer has been written yet to this task: {asked}{stop}"


def _tidy_spaces(task: Request, response: str) -> str:
    if not response.strip():
        return response
    pieces = list(_pieces(response))
    texts = [_STRAY.sub("", text) if is_prose else text for text, is_prose in pieces]
    texts[0] = texts[0].lstrip() if pieces[0][1] else texts[0]
    texts[-1] = texts[-1].rstrip() if pieces[-1][1] else texts[-1]
    return "".join(texts)


def _capitalise(task: Request, response: str) -> str:
    text, is_prose = next(_pieces(response))
    start = _SMALL_START.match(text)
    if not is_prose or start is None or _is_listed(text.lstrip()):
        return response
    first, at = start[1][0], start.start(1)
    # A name like iPhone stays as it is; a letter like ß has no capital of its own.
    if not start[1].islower() or first.upper() == first or first.upper().lower() != first:
        return response
    return response[:at] + first.upper() + response[at + 1 :]


def _end_sentence(task: Request, response: str) -> str:
    *_, (text, is_prose) = _pieces(response)
    line = text.rstrip().rpartition("\n")[2]
    if not is_prose or _is_listed(line) or _TITLE.search(task.instruction[:_READ]):
        return response
    end = len(response) - len(text) + len(text.rstrip())
    return response[:end] + _missing_stop(line) + response[end:]


def _missing_stop(line: str) -> str:
    """The full stop that a line of prose lacks; none after a name, label, number or link."""
    last = line.rstrip(_CLOSERS)[-1:]
    if "\u3040" <= last <= "\u30ff" or "\u4e00" <= last <= "\u9fff":  # kana and Han: no spaces
        return "。" if len(line) >= 8 else ""
    if len(_WORD.findall(line)) < 3 or re.search(r"[/@.#]", line.split()[-1]):
        return ""
    return "." if last.isdigit() or last.lower() != last.upper() else ""


def _make_list(task: Request, response: str) -> str:
    if _ONE_PIECE.search(task.instruction[:_READ]):
        return response
    is_alone = "\n" not in response.strip()

    def break_line(line: str) -> str:
        items = _cut(line, _numbered_starts(line))
        if len(items) == 1 and not _is_listed(line):
            items = _ordinal_items(line) or (is_alone and _comma_items(line)) or items
        return "\n".join(items)

    return _mend_lines(response, break_line)


def _numbered_starts(line: str) -> list[int]:
    """Where the items of `1. this 2. that` start."""
    starts: list[int] = []
    expected = 1
    for mark in _NUMBER.finditer(line):
        if int(mark[1]) in (1, expected):
            starts.append(mark.start())
            expected = int(mark[1]) + 1
    return starts if len(starts) > 1 else []


def _ordinal_items(line: str) -> list[str]:
    """Lines for `First, ... Second, ...`; none if the line has another form."""
    found = [(at, _ORDINAL.match(line, at)) for at in (0, *_sentence_starts(line))]
    items = {at: ordinal[1] for at, ordinal in found if ordinal}
    if not {"First", "Second"} <= set(items.values()):
        return []
    return [f"- {part}" if _ORDINAL.match(part) else part for part in _cut(line, list(items))]


def _comma_items(line: str) -> list[str]:
    """Lines for `The colours are a, b, c and d.`; none if the line has another form."""
    intro = _INTRO.match(line)
    start = intro.end() if intro else 0
    joints = list(_COMMA.finditer(line, start))
    if not 1 < len(joints) < 50:
        return []
    last_and = None if joints[-1]["and"] else _AND.search(line, joints[-1].end())
    joints += [last_and] if last_and else []
    first, *items = _cut(line, [start, *(joint.end() for joint in joints)])
    lead, items = ([first.rstrip(":") + ":"], items) if intro else ([], [first, *items])
    if not intro and first.count(" ") > 1:  # more likely the beginning of a sentence than an item
        return []
    is_list = len(items) > 3 and all(map(_SHORT.fullmatch, items))
    return [*lead, *(f"- {item}" for item in items)] if is_list else []


def _divide(task: Request, response: str) -> str:
    if _ONE_PIECE.search(task.instruction[:_READ]):
        return response
    return _mend_lines(response, lambda line: "\n\n".join(_paragraphs(line)))


def _paragraphs(line: str) -> list[str]:
    """Divide a long line of at least four sentences into paragraphs of two or three."""
    starts = _sentence_starts(line)
    sentences = len(starts) + 1
    if sentences < 4 or len(line) < 300 or _is_listed(line):
        return [line]
    count = (sentences + 2) // 3
    return _cut(line, [starts[sentences * part // count - 1] for part in range(1, count)])


def _sentence_starts(line: str) -> list[int]:
    """Where the second and later sentences start."""
    return [
        end.end()
        for end in _BOUNDARY.finditer(line)
        if not line[end.end()].islower()
        and not _ABBREVIATION.search(line[max(0, end.start() - 8) : end.start()])
    ]


def _cut(line: str, starts: list[int]) -> list[str]:
    """Cut a line at these positions, dropping the spaces before them and empty parts."""
    parts = [line[start:end] for start, end in pairwise([0, *starts, len(line)])]
    return [part.rstrip() for part in parts[:-1] if part.strip()] + parts[-1:]


def _is_ended(text: str) -> bool:
    return text.rstrip(_CLOSERS).endswith(_STOPS)


def _is_listed(line: str) -> bool:
    return bool(_LISTED.match(line))


def _pieces(text: str) -> Iterator[tuple[str, bool]]:
    """Yield the text in pieces, at least one, each with whether it is prose rather than code."""
    end = 0
    for fence in _FENCED.finditer(text):
        if fence.start() > end:
            yield text[end : fence.start()], not _CODE.search(text, end, fence.start())
        yield fence[0], False
        end = fence.end()
    if end < len(text) or not text:
        yield text[end:], not _CODE.search(text, end)


def _mend_lines(response: str, mend: Callable[[str], str]) -> str:
    def mended(text: str) -> str:
        return "\n".join(mend(line) if line.strip() else line for line in text.split("\n"))

    return "".join(mended(text) if is_prose else text for text, is_prose in _pieces(response))


RULES = (
    Rule("Write something: at least say what the task is.", r"write something", 2, write_task),
    Rule("Tidy the spaces: some are doubled or stray.", r"spaces\b|spacing", 1, _tidy_spaces),
    Rule("Start with a capital letter, not a small one.", r"\bcapital", 1, _capitalise),
    Rule("End the last sentence: it lacks a full stop.", r"stop\b|punctuation", 1, _end_sentence),
    Rule("Make the enumeration a list: it is all in one line.", r"\blist|\bbullet", 2, _make_list),
    Rule("Divide the long run of sentences into paragraphs.", r"\bparagraphs", 2, _divide),
)
"""All rules, in the order in which defects are named and fixed."""
