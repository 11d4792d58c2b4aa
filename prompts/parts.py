"""The parts of a prompt pack: which texts there are, by the names of its YAML."""

from pydantic import BaseModel, ConfigDict


class PackPart(BaseModel):
    """A part of a pack. An unknown field is an error: a typo must not become a silent default."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class InputVariants(PackPart):
    """One text in two wordings: for samples that have an input and for those that have none."""

    with_input: str
    without_input: str


class Roles(PackPart):
    """The role-play prompt of each agent (Tables 7 to 9)."""

    positive: str
    critical: str
    advisor: str
    editor: str
    judge: str


class Tasks(PackPart):
    """The task prompt of each node (Tables 7 to 9); field names are node names."""

    positive_predetermined: str
    critical_predetermined: str
    positive_free: str
    critical_free: str
    advisor: str
    editor: str
    judge: str


class Ablations(PackPart):
    """The task prompts of agents that work alone (section 4.1); field names are node names."""

    editor_alone: str
    advisor_blind: str
    advisor_alone: str


class JudgeQuestions(PackPart):
    """What the judge is asked, by mode: to choose (Table 9), to score (section 2.2) and so on.

    None stands for the built-in pack's text: packs older than a mode have none for it.
    """

    choice: str
    score: str
    probability: str | None = None
    reasoned: str | None = None


class ConversationLayout(PackPart):
    """How a conversation is laid out as one instruction: Vicuna v1.1, as the authors do."""

    system: str
    user: str
    assistant: str
    other: str
    instruction: str
    one_turn: str
