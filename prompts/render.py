"""Rendering: a template and its values become the text that is sent."""

from collections.abc import Mapping

from prompts.pack import PLACEHOLDER, InputVariants, PromptPack

# Ways in which datasets say that a sample has no input (Alpaca alone has several).
_NO_INPUT = {"", "<noinput>", "noinput", "no input", "<no input>", "n/a", "none", "nan"}


def has_input(text: str) -> bool:
    """Tell whether a sample's input field holds an input, rather than a word for none."""
    return text.strip().lower() not in _NO_INPUT


def fill(template: str, values: Mapping[str, str]) -> str:
    """Put the values into the template's placeholders, in one pass.

    A value is never searched for placeholders, so text from data can hold braces, `{sample}` or
    `%s` and comes out as it went in. Raises KeyError if a placeholder has no value.
    """
    return PLACEHOLDER.sub(lambda match: values[match[1]], template)


def sample_values(pack: PromptPack, instruction: str, input: str, response: str) -> dict[str, str]:
    """Return the values of `{preamble}`, `{sample}` and `{sample_request}` (Table 6)."""
    fields = {"instruction": instruction, "input": input, "output": response}

    def wording(variants: InputVariants) -> str:
        return variants.with_input if has_input(input) else variants.without_input

    return {
        "preamble": wording(pack.preamble),
        "sample": fill(wording(pack.sample), fields),
        "sample_request": fill(wording(pack.request), fields),
    }
