"""The judge: compares r and r' in both orders (section 2.2, Eq. 3 and 4, Table 9).

Each judge of a panel does so; the paper has a single judge.
"""

import math
from bisect import bisect_right
from collections.abc import Generator
from itertools import accumulate

from nodes.answer import is_unfinished
from nodes.context import Context
from nodes.guard import refusal_of
from nodes.guards.finish import ending_of
from nodes.judging.probability import Spot, weighed
from nodes.judging.ruling import PlaceVerdict, Ruling, parse_ruling
from nodes.messages import opening, values_of
from nodes.models.logprobs import Token, bytes_of
from nodes.models.request import takes_stop
from nodes.node import Ask, Talk, agent
from nodes.orders import Order, judgement_of
from nodes.scores import is_decided
from nodes.state import Answer, Judgement, State, Verdict, written
from prompts.roles import Seat


@agent("judge")
def judge_original_first(state: State, context: Context) -> Talk:
    """Compare with r as Assistant 1 and r' as Assistant 2."""
    if refusal_of(state) is None and context.human_verdict:
        return {"seat": "person"}
    return (yield from _judge(state, context, "judge_original_first"))


@agent("judge")
def judge_edited_first(state: State, context: Context) -> Talk:
    """Compare with r' as Assistant 1 and r as Assistant 2, against position bias."""
    return (yield from _judge(state, context, "judge_edited_first"))


def _judge(state: State, context: Context, order: Order) -> Talk:
    """Ask each judge; with economy, only those who can still change the outcome.

    If the state names judges, exactly these are asked. With economy, an unchanged edit is not
    judged: it can't win, since both orders are the same question and any preference cancels out.
    """
    if refusal_of(state) is not None or context.human_verdict:
        return {}
    if context.economy and written(state["edit"])["response"] == state["response"]:
        return {}
    judged: dict[str, Judgement] = {}
    own = state.get("judges")
    for judge in own or context.judges:
        if context.economy and not own and is_decided({**state["judgements"], **judged}, context):
            break
        answer = yield from _compare(state, context, order, judge)
        judged[judgement_of(order, judge)] = _judgement(answer, context, order)
    return {"judgements": judged} if judged else {}


def _compare(
    state: State, context: Context, order: Order, judge: Seat
) -> Generator[Ask, Answer, Answer]:
    """Ask for a comparison; with economy, only for its first line, which has the verdict.

    If the endpoint accepts no stop text, the whole answer is asked for: such endpoints have models
    that think, which would use up a short token limit.
    """
    values = values_of(state, context) | _compared(state, context, order)
    messages = opening(context, "judge", context.pack.tasks.judge, values)
    if context.judge_mode == "probability":
        return (yield Ask(messages, logprobs=True, judge=judge))
    if context.economy and takes_stop(context.settings[judge]):
        answer = yield Ask(messages, stop=["\n"], judge=judge)
        if _is_enough(answer, context):
            return answer
    return (yield Ask(messages, judge=judge))


def _is_enough(answer: Answer, context: Context) -> bool:
    """Whether a first line states a verdict and is not the heading of a longer text."""
    is_heading = answer["text"].rstrip(" \t*_`").endswith((":", "\uff1a"))
    return not is_heading and _ruling(answer, context).verdict != "unparsable"


def _compared(state: State, context: Context, order: Order) -> dict[str, str]:
    """Return the values of the placeholders that only the judge's prompt has."""
    shown = [state["response"], written(state["edit"])["response"]]
    first, second = shown if order == "judge_original_first" else shown[::-1]
    question = context.pack.question(context.judge_mode)
    return {"resp_1": first, "resp_2": second, "judge_question": question}


def _ruling(answer: Answer, context: Context) -> Ruling:
    is_cut_off = ending_of(answer["finish_reason"]) == "cut_off"
    mode, verdicts = context.judge_mode, context.pack.verdicts
    ruling = parse_ruling(answer["text"], mode, verdicts, is_cut_off=is_cut_off)
    return weighed(ruling, _spots(answer), verdicts) if mode == "probability" else ruling


def _spots(answer: Answer) -> list[Spot]:
    """The tokens of the answer's text, without those of the thinking before it."""
    spots = list(map(_spot, answer.get("logprobs", [])))
    ends = list(accumulate(len(each.said) for each in spots))
    text = answer["text"].strip().encode("utf-8", "surrogatepass")
    start = b"".join(each.said for each in spots).rfind(text)
    return spots[bisect_right(ends, max(start, 0)) :]


def _spot(token: Token) -> Spot:
    likely = {text: math.exp(each) for text, each in token["others"].items()}
    likely.setdefault(token["text"], math.exp(token["logprob"]))
    return Spot(bytes_of(token["text"]), {bytes_of(each): p for each, p in likely.items()})


def _judgement(answer: Answer, context: Context, order: Order) -> Judgement:
    """Translate a ruling about places into a judgement about the two responses."""
    ruling = _ruling(answer, context)
    first: Verdict = "original" if order == "judge_original_first" else "edited"
    second: Verdict = "edited" if first == "original" else "original"
    verdicts: dict[PlaceVerdict, Verdict] = {"first": first, "second": second, "tie": "tie"}
    scores = dict(zip((first, second), ruling.scores, strict=True))
    unread: Verdict = "unfinished" if is_unfinished(answer) else "unparsable"
    answer = {**answer}
    answer.pop("logprobs", None)
    judgement: Judgement = {
        **answer,
        "verdict": verdicts.get(ruling.verdict, unread),
        "original_score": scores["original"],
        "edited_score": scores["edited"],
    }
    if ruling.unparsable is not None:
        judgement["unparsable"] = ruling.unparsable
    if ruling.is_bound:
        judgement["is_bound"] = True
    return judgement
