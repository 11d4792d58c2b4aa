"""Frameworks: the nodes, roles and models of each framework of section 4.1."""

from functools import cache

from graph.ablations import build
from graph.frameworks import Framework
from nodes.context import Context
from nodes.models.family import family_of
from nodes.models.settings import ModelSettings
from nodes.node import Agent
from prompts.parts import Ablations
from prompts.roles import Role, Speaker
from runners.errors import UsageError


@cache
def nodes_of(framework: Framework) -> frozenset[str]:
    """The names of a framework's nodes."""
    return frozenset(build(framework).nodes)


def settings_of(framework: Framework, context: Context) -> list[ModelSettings]:
    """The model settings of all speakers in a framework."""
    return [context.settings[speaker] for speaker in speakers_of(framework, context)]


def speakers_of(framework: Framework, context: Context) -> frozenset[Speaker]:
    """The speakers of a framework: its roles, and all judges of a panel."""
    roles = roles_of(framework)
    return roles.union(context.judges) if "judge" in roles else roles


@cache
def roles_of(framework: Framework) -> frozenset[Role]:
    """The roles of a framework."""
    nodes = (node.bound for node in build(framework).nodes.values())
    return frozenset(node.role for node in nodes if isinstance(node, Agent))


def check_prompts(framework: Framework, context: Context) -> None:
    """Raise UsageError if the prompt pack lacks the prompt of one of the framework's nodes."""
    if context.pack.ablations is None and not nodes_of(framework).isdisjoint(
        Ablations.model_fields
    ):
        hint = "copy that section from the built-in pack"
        reason = f"prompt pack {context.prompt_pack} has no `ablations`"
        raise UsageError(f"--framework {framework}: {reason}; {hint}")


def family_lines(framework: Framework, context: Context) -> list[str]:
    """For each judge that the user chose: whether it is of the editor's model family."""
    if context.judge_model is None or "judge" not in roles_of(framework):
        return []
    editor = context.settings["editor"].model
    judges = [context.settings[judge].model for judge in context.judges]
    return [
        f"judge {judge}: of the same family as the editor {editor} ({family_of(editor)}); judges "
        "prefer words like their own (self-preference)"
        for judge in judges
        if family_of(judge) == family_of(editor)
    ]
