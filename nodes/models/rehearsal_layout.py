"""Layout: finds the parts of a prompt of the built-in packs, for the rehearsal model."""

import re
from collections.abc import Iterator
from itertools import islice
from os.path import commonprefix

from nodes.models.rehearsal_rules import Assessment, Request, review

INSTRUCTION = "### Instruction:\n"
_INPUT = "\n\n### Input:\n"
_RESPONSE = "\n\n### Response:\n"
_SUGGESTIONS = "### Writing Suggestions:\n"
_PREVIOUS = "### Previous Response:\n"
_RESPOND = "Write a response to the request below"
_OPENING = re.compile(r"\baccurate")
_MOST = 20
"""How many headings are tried, because a response may contain some itself."""


class RehearsalError(ValueError):
    """The prompt is not laid out like those of the built-in packs."""


def unknown() -> RehearsalError:
    """The error for such a prompt."""
    return RehearsalError(
        "the rehearsal model is rule-based and understands only prompts laid out like those of "
        "the built-in packs; use a language model with this prompt pack"
    )


def is_opening(ending: str) -> bool:
    """Whether a prompt's last paragraph asks for a debater's first speech."""
    return _OPENING.search(ending) is not None


def is_for_one_alone(prompt: str) -> bool:
    """Whether an editor's prompt has no suggestions."""
    head = prompt.partition(INSTRUCTION)[0]
    return _SUGGESTIONS not in head and _RESPOND in head


def read_opening(prompt: str) -> tuple[Assessment, bool]:
    """Review the response in a debater's first prompt; tell whether it is the critic's."""
    body, _, ending = prompt.rpartition("\n\n")
    if not is_opening(ending):
        raise unknown()
    return read_sample(body), "not accurate" in ending


def read_sample(body: str) -> Assessment:
    """Review the response at the end of a prompt's sample."""
    request, mark, response = body.partition(INSTRUCTION)[2].partition(_RESPONSE)
    if not mark:
        raise unknown()
    return review(read_task(request), response)


def read_edit(prompt: str) -> tuple[Request, str, str]:
    """Read the editor's task, the previous response and the suggestions.

    The response appears twice: after its own heading and in the sample. It is read as the text that
    both places have in common, so it may contain anything and is exact to the character.
    """
    is_papers = _SUGGESTIONS in prompt.partition(INSTRUCTION)[0]
    found = next(_papers(prompt) if is_papers else _sample_first(prompt), None)
    if found is None:
        raise unknown()
    return found


def read_task(request: str) -> Request:
    """The task in a request, found by its headings."""
    instruction, _, input = request.partition(_INPUT)
    return Request(instruction, input)


def _papers(prompt: str) -> Iterator[tuple[Request, str, str]]:
    """Candidates in the paper's order: suggestions, response, sample, request."""
    request = prompt.rpartition("\n\n" + INSTRUCTION)
    marker = f"{request[1]}{request[2]}\n"
    for heading in islice(re.finditer(_PREVIOUS, prompt), _MOST):
        parts = request[0][heading.end() :].split(marker)
        again = marker.join(parts[len(parts) // 2 :])  # the sample's own marker is in the middle
        shared = commonprefix([prompt[heading.end() :], again])  # noqa: RUF071 # not of paths
        both, blank, _ = shared.rpartition("\n\n")
        after = prompt[heading.end() + len(both) :].split("\n\n", 2)
        if blank and len(after) == 3 and after[2].startswith(INSTRUCTION):
            sample = after[2].removeprefix(INSTRUCTION)
            yield read_task(sample.partition(_RESPONSE)[0]), both, prompt[: heading.start()]


def _sample_first(prompt: str) -> Iterator[tuple[Request, str, str]]:
    """Candidates in the other order: sample, suggestions, response, request."""
    sample = prompt.find(INSTRUCTION) + len(INSTRUCTION)
    for mark in islice(re.finditer(f"\n\n{INSTRUCTION}", prompt), _MOST):
        request = prompt[mark.end() :]
        if not prompt.startswith(f"{request}\n", sample):
            continue  # a heading of the instruction's own
        shown = sample + len(request) + 1
        debated = prompt[: mark.start()].rpartition("\n\n")[0]
        for heading in islice(re.finditer(_PREVIOUS, debated), _MOST):
            response = debated[heading.end() :]
            if prompt.startswith(f"{response}\n\n", shown):
                advice = debated[shown + len(response) : heading.start()]
                task = read_task(request.removesuffix(_RESPONSE.rstrip()))
                yield task, response, advice.partition(_SUGGESTIONS)[2]
