"""Asking in a judge mode: the settings of a calibration, changed for one of its modes."""

from nodes.conversation import ConversationContext
from nodes.models.names import ModelError
from prompts.roles import JudgeMode
from runners.errors import UsageError


class ModeUnavailable(UsageError):
    """A judge can't be asked in this mode; in others it can."""


def asking(context: ConversationContext, mode: JudgeMode) -> ConversationContext:
    """The same settings in this judge mode, without a margin: what one would do is counted later.

    Raises ModeUnavailable.
    """
    if context.economy and mode == "reasoned":
        raise ModeUnavailable("it has its verdict on the last line, and --economy asks for one")
    given = context.model_dump(exclude_unset=True)
    asked = ConversationContext.model_validate({**given, "judge_mode": mode, "margin": 0.0})
    try:
        asked.check_judges()
    except ModelError as error:
        raise ModeUnavailable(str(error)) from None
    return asked
