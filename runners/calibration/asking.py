"""The settings of a calibration in one of its judge modes."""

from nodes.conversation import ConversationContext
from nodes.models.names import ModelError
from prompts.roles import JudgeMode
from runners.errors import UsageError


class ModeUnavailable(UsageError):
    """A judge can't be asked in this mode, but possibly in others."""


def asking(context: ConversationContext, mode: JudgeMode) -> ConversationContext:
    """The settings in this judge mode, without a margin: the effect of margins is computed later.

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
