"""Repair: how the editor is told what is wrong with its edit, and asked once more."""

from prompts.parts import PackPart

DEFAULT = """\
Your response can't be used as it is:

{flaws}

Write it again without that, in full. Directly output the response, without any foreword or \
explanation."""
"""The prompt of packs that have none of their own. The paper has no such prompt."""


class Repair(PackPart):
    """The prompt that names an edit's flaws to the editor, in place of `DEFAULT`."""

    editor: str
