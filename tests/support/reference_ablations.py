"""The ablations of section 4.1, plain and sequential: the oracle for their graphs."""

from typing import Literal

from tests.support import paper_prompts as paper
from tests.support.reference import (
    Agents,
    Ask,
    ReferenceResult,
    ReferenceRound,
    advise,
    edit,
    edit_task,
    evolve,
)
from tests.support.rows import Row

Framework = Literal["edit", "advise-blind", "advise", "debate", "coevol"]


def evolve_by(
    framework: Framework,
    row: Row,
    ask: Ask,
    max_rounds: int,
    system_role: Literal["native", "merge"] = "native",
) -> ReferenceResult:
    """Evolve a row's response by one of the five settings."""
    if framework == "coevol":
        return evolve(row, ask, max_rounds, system_role)
    agents = Agents(ask, system_role)
    outcome, edited = edit(agents, _task(framework, row, agents))
    response = edited if outcome == "adopted" else row["response"]
    return ReferenceResult(row["id"], response, (ReferenceRound(outcome, edited),), outcome)


def _task(framework: Framework, row: Row, agents: Agents) -> str:
    """The editor's prompt, after others have spoken or without that."""
    instruction, given, response = row["instruction"], row["input"], row["response"]
    request, preamble = paper.request(instruction, given), paper.preamble(given)
    sample = paper.sample(instruction, given, response)
    if framework == "edit":
        return f"{preamble}\n\n{paper.EDIT_ALONE}\n\n{request}\n\n### Response:"
    if framework == "debate":
        suggestions = advise(agents, sample, preamble)
    else:
        seen, words = {
            "advise-blind": (request, paper.ADVISE_BLIND),
            "advise": (sample, paper.ADVISE_ALONE),
        }[framework]
        asked = agents.opening("advisor", f"{preamble}\n\n{seen}\n\n{words}")
        suggestions = agents.ask(asked)[0]
    return edit_task(instruction, given, response, suggestions)
