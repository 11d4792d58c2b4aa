"""The judge: compares r and r' in both orders (section 2.2, Eq. 3 and 4, Table 9)."""

from collections.abc import Generator

from nodes.answer import is_unfinished
from nodes.context import Context
from nodes.guard import refusal_of
from nodes.judging.ruling import Choice, Ruling, parse_ruling
from nodes.messages import opening, values_of
from nodes.models.request import takes_stop
from nodes.node import Ask, Talk, agent
from nodes.state import Answer, Judgement, State, Verdict, written
from prompts.render import fill


@agent("judge")
def judge_original_first(state: State, context: Context) -> Talk:
    """Compare with r as Assistant 1 and r' as Assistant 2."""
    if refusal_of(state) is not None:
        return {}
    if context.human_verdict:
        return {"seat": "person"}
    edited = written(state["edit"])["response"]
    answer = yield from _compare(state, context, state["response"], edited)
    ruling = _ruling(answer, context)
    return {"judgements": {"judge_original_first": _judgement(answer, ruling, "original")}}


@agent("judge")
def judge_edited_first(state: State, context: Context) -> Talk:
    """Compare with r' as Assistant 1 and r as Assistant 2, against position bias."""
    if refusal_of(state) is not None or context.human_verdict:
        return {}
    if context.economy and _is_decided(state, context):
        return {}
    edited = written(state["edit"])["response"]
    answer = yield from _compare(state, context, edited, state["response"])
    ruling = _ruling(answer, context)
    return {"judgements": {"judge_edited_first": _judgement(answer, ruling, "edited")}}


def _compare(
    state: State, context: Context, first: str, second: str
) -> Generator[Ask, Answer, Answer]:
    """Ask for a comparison; with economy, only for its first line, where the verdict stands.

    An endpoint that takes no text to stop at is asked for all of it: those have models that
    think, which would spend a short limit on that.
    """
    messages = opening(context, "judge", _task(state, context, first, second))
    if context.economy and takes_stop(context.settings["judge"]):
        answer = yield Ask(messages, stop=["\n"])
        if _is_enough(answer, context):
            return answer
    return (yield Ask(messages))


def _is_enough(answer: Answer, context: Context) -> bool:
    """Tell whether a first line is a verdict by itself, and no heading of what comes below it."""
    is_heading = answer["text"].rstrip(" \t*_`").endswith((":", "\uff1a"))
    return not is_heading and _ruling(answer, context).choice != "unparsable"


def _is_decided(state: State, context: Context) -> bool:
    """Tell whether the first order leaves the second nothing to change (Eq. 4; not for grades)."""
    judged = state["judgements"].get("judge_original_first")
    return context.judge_mode == "choice" and judged is not None and judged["verdict"] == "original"


def _task(state: State, context: Context, first: str, second: str) -> str:
    pack = context.pack
    question = getattr(pack.judge_question, context.judge_mode)
    responses = {"resp_1": first, "resp_2": second, "judge_question": question}
    return fill(pack.tasks.judge, values_of(state, context) | responses)


def _ruling(answer: Answer, context: Context) -> Ruling:
    is_cut_off = answer["finish_reason"] == "length"
    mode, verdicts = context.judge_mode, context.pack.verdicts
    return parse_ruling(answer["text"], mode, verdicts, is_cut_off=is_cut_off)


def _judgement(answer: Answer, ruling: Ruling, first: Verdict) -> Judgement:
    """Turn a ruling on places into a verdict on responses; `first` is who was Assistant 1."""
    second: Verdict = "edited" if first == "original" else "original"
    verdicts: dict[Choice, Verdict] = {"first": first, "second": second, "tie": "tie"}
    scores = dict(zip((first, second), ruling.scores, strict=True))
    unread: Verdict = "unfinished" if is_unfinished(answer) else "unparsable"
    judgement: Judgement = {
        **answer,
        "verdict": verdicts.get(ruling.choice, unread),
        "original_score": scores["original"],
        "edited_score": scores["edited"],
    }
    if ruling.unparsable is not None:
        judgement["unparsable"] = ruling.unparsable
    return judgement
