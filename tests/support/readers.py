"""How the oracle reads the model's answers: as much as `answers.py` needs."""

import re
from typing import Literal

Reading = Literal[1, 2, "tie", "unparsable"]


def read_name(line: str) -> Reading:
    """The name the verdict line begins with, whatever marks stand around it."""
    bare = re.sub(r"[^a-z0-9 ]", "", line.lower()).strip()
    bare = bare.removeprefix("output").strip()
    if bare.startswith("assistant 1"):
        return 1
    if bare.startswith("assistant 2"):
        return 2
    return "tie" if bare == "equal" else "unparsable"


def read_grades(line: str) -> tuple[float, float] | None:
    """The two grades of the verdict line, None if it has none."""
    grades = re.fullmatch(r"(\d+(?:\.\d+)?) (\d+(?:\.\d+)?)", line.strip())
    return (float(grades[1]), float(grades[2])) if grades else None


def strip_scaffolding(text: str) -> str:
    """The response inside an editor's answer: no label before it, no fence or blanks around it."""
    for label in ("### Response:\n", "Here is the revised response:\n\n"):
        text = text.removeprefix(label)
    if text.startswith("```\n") and text.endswith("\n```"):
        text = text[len("```\n") : -len("\n```")]
    return text.strip()
