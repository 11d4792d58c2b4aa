"""Learning what an endpoint does not take in a call's body, before any row is sent.

A greeting carries what the run's calls will. An entry that is refused by name is left out, or goes
by its other name, and the run keeps to that: it is in run.yaml.
"""

import logging
import re
from collections.abc import Callable, Iterable
from typing import Any, NamedTuple, cast

import orjson

from nodes.context import Context, Learned, learned_key
from nodes.models.dialects import Dialect
from nodes.models.names import each_address, endpoint_of
from nodes.models.request import LIMIT, LIMITS, body_of, takes_stop
from nodes.models.said import codes_in, mappings_in, words_in
from nodes.models.settings import ModelSettings
from prompts.roles import Role
from runners.calls.asking import NoAnswer, ask
from runners.errors import UsageError

_log = logging.getLogger("coevol")
GREETING = "Answer with the word: ready"
_TIMEOUT = 60.0
_LONGEST = 64
"""Tokens of the greeting's answer: models that think refuse to be cut off at one."""
_STANDARD = ("temperature", "top_p", "stop", *LIMITS)
"""Entries that coevol sends by itself; all others are somebody's wish."""
_FLAGS = {LIMIT: "--max-tokens", "max_tokens": "--max-tokens", "top_p": "--top-p"}
_NOT_TAKEN = re.compile(
    r"unsupported|not support|unrecogni[sz]ed|unexpected|unknown|\bextra\b|extra_forbidden"
    r"|not permitted|not allowed|not accepted|forbidden|deprecated|invalid (parameter|argument)",
    re.IGNORECASE,
)


class Greeted(NamedTuple):
    """What came of a greeting."""

    is_answered: bool
    """Whether the endpoint has said what it takes; while it is busy or away it has not."""
    refusal: "Refusal | None" = None


class Refusal(NamedTuple):
    """An entry that an endpoint does not take, and what it says of it."""

    entry: str
    words: str


def tell(context: Context, roles: Iterable[Role], say: Callable[[str], None]) -> None:
    """Say of each model what its calls go without, or carry under another name."""
    for settings in dict.fromkeys(context.settings[role] for role in sorted(roles)):
        dialect = context.dialect_of(settings)
        if dialect:
            say(f"{settings.model}: {_told(dialect)}")


def has_learned_all(context: Context, roles: Iterable[Role], learned: Learned) -> bool:
    """Whether every endpoint of these roles has said what it takes, and there is one."""
    called = [context.settings[role] for role in roles]
    keys = {learned_key(each) for each in called if endpoint_of(each) is not None}
    return bool(keys) and keys <= learned.keys()


async def learn(context: Context, roles: Iterable[Role], *, strict: bool) -> Learned:
    """Find out what the endpoints of these roles refuse; where nothing is learned, it is empty.

    An endpoint that does not answer the greeting is left out: the run will see what it has to say.
    Raises UsageError for an entry that somebody asked for, and with `strict` for any.
    """
    learned: dict[str, Dialect] = {}
    greeted: set[ModelSettings] = set()
    for role in sorted(roles):
        while (settings := context.with_learned(learned).settings[role]) not in greeted:
            greeted.add(settings)
            is_answered, refusal = await _greet(settings, stop=context.economy)
            key = learned_key(settings)
            if refusal is not None:
                _check(refusal, settings, strict=strict)
                learned[key] = {**learned.get(key, {}), **_way_round(refusal, learned.get(key, {}))}
                _log.info("%s: does not take %s: %s", key, *refusal)
            elif is_answered:
                learned.setdefault(key, {})
    return learned


async def _greet(settings: ModelSettings, *, stop: bool) -> Greeted:
    """Greet the first endpoint of a model that answers."""
    greeted = Greeted(is_answered=False)
    for each in each_address(settings):
        greeted = await _greet_one(each, stop=stop)
        if greeted.is_answered:
            break
    return greeted


async def _greet_one(settings: ModelSettings, *, stop: bool) -> Greeted:
    endpoint = endpoint_of(settings)
    if endpoint is None:
        return Greeted(is_answered=False)
    entries: dict[str, Any] = body_of(settings) | (
        {"stop": ["\n"]} if stop and takes_stop(settings) else {}
    )
    for limit in LIMITS:
        if isinstance(entries.get(limit), int):
            entries[limit] = min(entries[limit], _LONGEST)
    messages = [{"role": "user", "content": GREETING}]
    body = {"model": endpoint.name, "messages": messages, **entries}
    try:
        status, answer = await ask(endpoint, "POST", "/chat/completions", body, patience=_TIMEOUT)
    except NoAnswer as reason:
        _log.warning("%s: no answer to a greeting (%s)", endpoint.base_url, reason)
        return Greeted(is_answered=False)
    refusal = refusal_in(answer, entries) if status in (400, 422) else None
    return Greeted(status == 200 or refusal is not None, refusal)


def refusal_in(answer: bytes, sent: Iterable[str]) -> Refusal | None:
    """Which of the entries that were sent an error names as not taken; None if none."""
    try:
        body: object = orjson.loads(answer)
    except orjson.JSONDecodeError:
        return None
    words = words_in(body)
    if not _NOT_TAKEN.search(" ".join([words, *codes_in(body)])):
        return None
    names = set(sent)
    named = next((name for name in _pointed_at(body) if name in names), None)
    return _first_in(words, names) if named is None else Refusal(named, _short(words))


def _pointed_at(body: object) -> Iterable[str]:
    """The entries that an error points at: OpenAI's `param`, FastAPI's `loc`."""
    for fields in mappings_in(body):
        place = fields.get("param") or fields.get("loc")
        if isinstance(place, str):
            yield place
        elif isinstance(place, list):
            yield from (str(part) for part in cast("list[object]", place))


def _first_in(words: str, names: set[str]) -> Refusal | None:
    named = [(match.start(), name) for name in names if (match := _whole(name).search(words))]
    return Refusal(min(named)[1], _short(words)) if named else None


def _whole(name: str) -> re.Pattern[str]:
    return re.compile(rf"(?<!\w){re.escape(name)}(?!\w)")


def _short(words: str) -> str:
    return words[:200]


def _check(refusal: Refusal, settings: ModelSettings, *, strict: bool) -> None:
    """Raise UsageError if the entry is not coevol's to leave out."""
    entry = refusal.entry
    is_wish = settings.params.get(entry) is not None and entry != "max_tokens"
    if entry not in _STANDARD or is_wish:
        raise UsageError(f"{settings.model}: does not take {entry} ({refusal.words}); leave it out")
    if strict:
        flag = _FLAGS.get(entry, f"--{entry}")
        hint = f"{flag} none leaves it out, without --strict-params that is found out"
        raise UsageError(f"{settings.model}: does not take {entry} ({refusal.words}); {hint}")


def _way_round(refusal: Refusal, known: Dialect) -> Dialect:
    if refusal.entry == LIMIT:
        return {LIMIT: "max_tokens"}
    return {LIMIT if LIMIT in known and refusal.entry == "max_tokens" else refusal.entry: None}


def _told(dialect: Dialect) -> str:
    left = [name for name, other in dialect.items() if other is None]
    renamed = [f"{name} as {other}" for name, other in dialect.items() if other is not None]
    parts = [f"calls go without {', '.join(left)}"] if left else []
    return " and ".join([*parts, *(f"calls carry {each}" for each in renamed)])
