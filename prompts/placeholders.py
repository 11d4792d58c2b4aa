"""Placeholders: which a text of a pack must have, and which it may have."""

import re

PLACEHOLDER = re.compile(r"\{([a-z_0-9]+)\}")
# The placeholders that each text must have. It may have no others, except those of `_may_have`.
_PLACEHOLDERS: dict[str, set[str]] = {
    "sample.with_input": {"instruction", "input", "output"},
    "sample.without_input": {"instruction", "output"},
    "request.with_input": {"instruction", "input"},
    "request.without_input": {"instruction"},
    "tasks.positive_predetermined": {"sample"},
    "tasks.critical_predetermined": {"sample"},
    "tasks.positive_free": {"crt_pred"},
    "tasks.critical_free": {"pos_pred"},
    "tasks.advisor": {"preamble", "sample", "pos_pred", "crt_pred", "pos_free", "crt_free"},
    "tasks.editor": {"adv_sugg", "pre_resp", "preamble", "sample", "sample_request"},
    "tasks.judge": {"preamble", "sample_request", "resp_1", "resp_2", "judge_question"},
    "ablations.editor_alone": {"preamble", "sample_request"},
    "ablations.advisor_blind": {"preamble", "sample_request"},
    "ablations.advisor_alone": {"preamble", "sample"},
    "repair.editor": {"flaws"},
    "conversation.user": {"content"},
    "conversation.assistant": {"content"},
    "conversation.other": {"role", "content"},
    "conversation.instruction": {"system", "history"},
    "conversation.one_turn": {"system", "question"},
}
ROLE_PLAY = "role_play"
"""The placeholder of the role-play prompt, in tasks that place it themselves."""
_DEBATERS = ("tasks.positive_predetermined", "tasks.critical_predetermined")
_SECOND_TURNS = ("tasks.positive_free", "tasks.critical_free", "repair.editor")
"""Texts that follow a first prompt, which has the role-play prompt already."""


def _may_have(field: str) -> set[str]:
    """The placeholders that a text may have beside those that it must have."""
    if not field.startswith(("tasks.", "ablations.")) or field in _SECOND_TURNS:
        return set()
    return {ROLE_PLAY, "preamble"} if field in _DEBATERS else {ROLE_PLAY}


def check_placeholders(field: str, text: str) -> None:
    """Raise ValueError unless a text has the placeholders of its field, and no other's.

    `field` is a pack's, such as `tasks.advisor`.
    """
    expected, found = _PLACEHOLDERS.get(field, set()), set(PLACEHOLDER.findall(text))
    unknown = found - expected - _may_have(field)
    if unknown:
        known = f"it must have {_listed(expected)}" if expected else "it may have none"
        raise ValueError(f"{field}: unknown placeholder {_listed(unknown)}; {known}")
    if missing := expected - found:
        raise ValueError(f"{field}: missing placeholder {_listed(missing)}")


def _listed(names: set[str]) -> str:
    return ", ".join(f"{{{name}}}" for name in sorted(names))
