"""Learns, before any row is sent, which parameters of a call's body an endpoint rejects.

A greeting carries the same parameters as the run's calls. A parameter that is rejected by name is
left out, or sent under its other name, for the whole run: run.yaml records it. Also recorded is
whether a judge begins its answers with an empty line: then asking for the first line alone would be
paid for nothing. Where no stop text is accepted, a judge that answers without thinking is asked for
a few tokens.
"""

import logging
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence

from nodes.context import Context
from nodes.models.dialects import Dialect
from nodes.models.request import LIMIT, LIMITS, takes_stop
from nodes.models.settings import ModelSettings
from nodes.models.tiers import Tier
from nodes.role_settings import NAME_TOKENS, Learned, first_line_key, learned_key
from prompts.roles import SEATS, Seat, Speaker
from runners.calls.addresses import takes_headers, trimmed
from runners.calls.call_options import CallOptions
from runners.calls.greeting import Greeted, can_be_greeted, greet
from runners.calls.logprobs import check_logprobs
from runners.calls.refused_entries import RefusedEntry
from runners.calls.tiers import TierOfCall, Tiers
from runners.errors import UsageError

_log = logging.getLogger("coevol")
_STANDARD = ("temperature", "top_p", "stop", *LIMITS)
"""Parameters that coevol sends by itself; all others were asked for by the user."""
_BLANK = "begins its answers with an empty line, so its judgements are asked for as a whole"
_FEW = f"judgements are asked for in {NAME_TOKENS} tokens, for want of a text to stop at"
_WHOLE = "judgements are asked for as a whole, for want of a text to stop at"
_FLAGS = {LIMIT: "--max-tokens", "max_tokens": "--max-tokens", "top_p": "--top-p"}


def tell(context: Context, roles: Collection[Speaker], say: Callable[[str], None]) -> None:
    """Report, for each model, which parameters are left out or renamed.

    Also reports settings for endpoints that no model uses.
    """
    used = dict.fromkeys(context.settings[role] for role in sorted(roles))
    for variable in sorted({each for settings in used for each in trimmed(settings)}):
        say(f"{variable}: the line end or space around it was left out")
    asked = [settings for settings in used if settings.headers]
    if asked and not any(map(takes_headers, asked)):
        say(f"--header: not sent; calls to {', '.join(each.model for each in asked)} carry none")
    given = [settings for settings in used if settings.base_url]
    if given and not any(map(takes_headers, given)):
        models = ", ".join(dict.fromkeys(each.model for each in given))
        say(f"--base-url: not used; {models} has no endpoint, --model vllm:NAME calls one")
    told = [(each.model, _told(d)) for each in used if (d := context.dialect_of(each))]
    judges: list[Seat] = [judge for judge in context.judges if judge in roles]
    asked = ((context.settings[role].model, _asked(context, role)) for role in judges)
    told += [(model, words) for model, words in asked if words]
    for model, words in dict.fromkeys(told):
        say(f"{model}: {words}")


def _asked(context: Context, judge: Seat) -> str | None:
    """How economy asks a judge, where that is not by a text to stop at; None where it is."""
    if not context.economy or context.judge_mode == "probability":
        return None
    settings = context.settings[judge]
    if context.begins_blank(settings):
        return _BLANK
    if takes_stop(settings):
        return None
    return _FEW if judge in context.first_lines else _WHOLE


def has_learned_all(context: Context, roles: Iterable[Speaker], learned: Learned) -> bool:
    """Whether every endpoint of these roles has said what it takes, and there is one."""
    keys = {
        learned_key(context.settings[role])
        for role in roles
        if can_be_greeted(context.settings[role], local=_tells_first_line(context, role))
    }
    return bool(keys) and keys <= learned.keys()


async def learn(context: Context, roles: Collection[Speaker], options: CallOptions) -> Learned:
    """Find out what the endpoints of these roles refuse; where nothing is learned, it is empty.

    An endpoint that does not answer the greeting is left out: the run will see what it has to say.
    How answers begin changes what judges are asked, which an unfinished run must not: it is learned
    only of all endpoints together, and who goes on must have kept it.
    Raises UsageError for an entry that somebody asked for, with strict parameters for any, and for
    a judge whose probabilities are to be read and that tells none.
    """
    learned: dict[str, Dialect] = {}
    greeted: dict[ModelSettings, Greeted] = {}
    for role in sorted(roles):
        local = options if _tells_first_line(context, role) else None
        while (settings := context.with_learned(learned).settings[role]) not in greeted:
            if not can_be_greeted(settings, local=local is not None):
                break
            greeting = greeted[settings] = await greet(settings, stop=context.economy, local=local)
            if context.judge_mode == "probability" and role in SEATS and greeting.answer:
                check_logprobs(settings.model, *greeting.answer)
            is_answered, refusal = greeting.is_answered, greeting.refusal
            key = learned_key(settings)
            if refusal is not None:
                _check(refusal, settings, strict=options.strict_params)
                learned[key] = {**learned.get(key, {}), **_way_round(refusal, learned.get(key, {}))}
                _log.info("%s: does not take %s: %s", key, *refusal)
            elif is_answered:
                learned.setdefault(key, {})
    if not has_learned_all(context, roles, learned):
        return learned
    return {**learned, **_first_lines(context.with_learned(learned), roles, greeted)}


def _first_lines(
    context: Context, roles: Collection[Speaker], greeted: Mapping[ModelSettings, Greeted]
) -> Learned:
    """What replaces the stop text in judgements, by how judges answered the greeting."""
    found: dict[str, Dialect] = {}
    for judge in context.judges if context.economy else ():
        settings = context.settings[judge]
        greeting = greeted.get(settings) if judge in roles else None
        if greeting is not None and greeting.is_blank:
            found[first_line_key(settings)] = {"stop": None}
        elif greeting is not None and greeting.is_at_once and not takes_stop(settings):
            found[first_line_key(settings)] = {"stop": LIMIT}
    return found


def _tells_first_line(context: Context, role: Speaker) -> bool:
    """Whether this role is asked for its first line: then a model in the process is greeted, too.

    Nothing else is to be learned of one.
    """
    return context.economy and role in SEATS


async def try_tiers(all_settings: Iterable[ModelSettings], tiers: Sequence[Tier]) -> None:
    """Greet each model in its first tier, if it has any. Raises UsageError if it is rejected.

    A tier without capacity is not an error: calls wait for it.
    """
    for settings in set(all_settings) if tiers else ():
        entries = TierOfCall(Tiers.of(settings.model, tiers, 0)).entries
        refusal = (await greet(settings, more=entries)).refusal if entries else None
        if refusal is not None and refusal.entry in entries:
            reason = f"does not take service tier {entries[refusal.entry]} ({refusal.words})"
            raise UsageError(f"{settings.model}: {reason}; leave out --tier {tiers[0]}")


def _check(refusal: RefusedEntry, settings: ModelSettings, *, strict: bool) -> None:
    """Raise UsageError if the entry must not simply be left out."""
    entry = refusal.entry
    is_wish = settings.params.get(entry) is not None and entry != "max_tokens"
    if entry not in _STANDARD or is_wish:
        raise UsageError(f"{settings.model}: does not take {entry} ({refusal.words}); leave it out")
    if strict:
        flag = _FLAGS.get(entry, f"--{entry}")
        hint = f"{flag} none leaves it out, without --strict-params that is found out"
        raise UsageError(f"{settings.model}: does not take {entry} ({refusal.words}); {hint}")


def _way_round(refusal: RefusedEntry, known: Dialect) -> Dialect:
    if refusal.entry == LIMIT:
        return {LIMIT: "max_tokens"}
    return {LIMIT if LIMIT in known and refusal.entry == "max_tokens" else refusal.entry: None}


def _told(dialect: Dialect) -> str:
    left = [name for name, other in dialect.items() if other is None]
    renamed = [f"{name} as {other}" for name, other in dialect.items() if other is not None]
    parts = [f"calls go without {', '.join(left)}"] if left else []
    return " and ".join([*parts, *(f"calls carry {each}" for each in renamed)])
