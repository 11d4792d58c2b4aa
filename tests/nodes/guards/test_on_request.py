"""Guards on request, a table for each: what it sees, and what looks like it and is fine."""

import pytest

from nodes.guards.answers import is_answer_changed
from nodes.guards.flaws import Exchange, FlawLimits, find_flaws, flaws_in, is_identical
from nodes.guards.format_rules import find_broken_rule, rules_of
from nodes.guards.json_text import is_json_broken
from nodes.guards.python_code import is_python_broken

ASKED = "Answer in JSON."
# Edit, original and request.
NO_JSON = [
    ('{"a": 1,}', '{"a": 1}', "Who?"),
    ('Here it is: {"a": 1}', '{"a": 1}', "Who?"),
    ('```json\n{"a": 1}\n```', '{"a": 1}', "Who?"),
    ("A and B.", '[{"name": "A"}, {"name": "B"}]', "Who?"),
    ("1 and 2.", "[1, 2]", "Give a JSON list."),
    ("It is red.", "Red.", ASKED),
    ("```json\n{a: 1}\n```", "Red.", ASKED),
    ("Name: Ann", "None.", "Construct a JSON object describing a student."),
    ("Name: Ann", "None.", "Return the answer as a valid JSON object."),
    ("[" * 100_000, '{"a": 1}', "Who?"),
]
JSON = [
    ('{"a": 2}', '{"a": 1}', "Who?"),
    (' {"a": 2}\n', '{"a": 1}', "Who?"),
    ("The numbers are 1 and 2.", "[1, 2]", "Sort them."),
    ("The answer is 42.", "42", "How many?"),
    ('"Red," he said.', '"Red"', "What did he say?"),
    ('Here:\n\n```json\n{"a": 1}\n```\nThat is all.', "Red.", ASKED),
    ("name: Ann", "name: Ann, 20", "Convert the following JSON object into YAML."),
    ("def f(): ...", "def f(): pass", "Write a function that gives its result as JSON."),
    ("It is a format.", "A format.", "Explain how to return data in JSON."),
    ("It is a format.", "A format.", "Create a JSON schema."),
]
PYTHON = "```python\ndef f(x):\n    return x\n```"
BROKEN_PYTHON = [
    ("```python\ndef f(x)\n    return x\n```", PYTHON),
    (f"{PYTHON}\n\nOr:\n\n```py\nf(1\n```", PYTHON),
    ("```python\ndef f(x):\nreturn x\n```", "Words."),
    ("```python\nx = '\0'\n```", PYTHON),
]
COMPILING = [
    (PYTHON, PYTHON),
    ("Words.", PYTHON),
    ("```\ndef f(x)\n```", PYTHON),
    ("```js\nlet x = 1;\n```", PYTHON),
    ("```python\n>>> f(1)\n1\n```", PYTHON),
    ("```python\n$ pip install x\n```\n", PYTHON),
    ("```python\n    return x\n```", PYTHON),
    ("```python\nawait f(1)\nx = '\\d'\n```", PYTHON),
    ("```python\nprint 'new'\n```", "```python\nprint 'old'\n```"),
]
# Edit and original.
CHANGED_ANSWERS = [
    ("6 * 7 = 48\n#### 48", "6 * 7 = 42\n#### 42"),
    ("So there are 42.", "6 * 7 = 42\n#### 42"),
    (r"So \boxed{\frac{1}{3}}.", r"\boxed{\frac{1}{2}}"),
    (r"So \boxed{-5}.", r"\boxed{5}"),
    ("Twelve.", "So 3 * 4.\nThe answer is: 12"),
    ("The answer is: 13", "The answer is: 12"),
    ("One half.", r"\boxed{\frac{1}{2}}"),
]
SAME_ANSWERS = [
    ("More words.\n#### 1,000", "#### 1000"),
    ("The answer is 42.", "#### 42"),
    (r"\boxed{42}", "#### 42"),
    (r"Thus $\boxed{\dfrac{1}{2}}$.", r"\boxed{\frac{1}{2}}"),
    (r"\boxed{5\text{ cm}}", r"\boxed{5}"),
    ("#### 42 apples", "#### $42"),
    ("There are 5: 8 - 3.", "The answer is 5."),
    ("The answer is 5. It is so because 8 - 3 = 5.", "The answer is: 5"),
    ("Drink water.", "The answer is to drink 2 or 3 glasses of water a day."),
    ("## What to do", "#### What to do"),
    ("Any.", "No number."),
    ("Any.", r"An open \boxed{5"),
]
# Edit, original and instruction.
BROKEN_RULES = [
    ("One two three four", "One two three", "Tell it in exactly three words."),
    ("a " * 51, "Short.", "In 50 words or less, explain it."),
    ("a " * 21, "Short.", "Summarize it in no more than 20 words."),
    ("a " * 40, "Short.", "Write a story of less than 40 words."),
    ("Short.", "a " * 300, "Write at least 300 words."),
    ("- a\n- b\n- c\n- d", "* a\n* b\n* c", "Use exactly 3 bullet points."),
    ("1. a\n2. b\n3. c", "- a\n- b\n- c", "Answer in three bullet points."),
    ("Red AND BLUE", "RED", "Answer in all capital letters."),
    ("Red", "red", "Answer in all lowercase letters."),
    ("Red, blue", "Red", "List them without using any commas."),
    ("Cold", "Warm and sunny", 'Include the words "warm" and "sunny".'),
    ("It is very cold", "It is cold", 'Describe it without using the word "very".'),
]
KEPT_RULES = [
    ("One two four", "One two three", "Tell it in exactly three words."),
    ("a " * 60, "a " * 55, "In 50 words or less, explain it."),
    ("a " * 60, "Short.", "Describe it in about 50 words."),
    ("a " * 60, "Short.", "Give it a title of at most 5 words."),
    ("a " * 60, "Short.", "Write 3 lines, each in at most 5 words."),
    ("Longer words.", "Short.", "Find at most 3 words that rhyme."),
    ("Red", "RED", "At least 5 words should be in all caps."),
    ("Red", "RED", "Explain capital letters."),
    ("Cold", "Warm", 'Include the word "warm" or "sunny".'),
    ("Cold", "Warm", 'Do not include the word "warm".'),
    ("Warmest", "Warm", 'Include the word "warm".'),
    ("Brunch", "Lunch", 'Do not use the word "run".'),
    ("A synonym", "Nice", 'Replace the word "nice".'),
]


@pytest.mark.parametrize(("edit", "original", "request_"), NO_JSON)
def test_what_should_be_json_and_is_none(edit: str, original: str, request_: str) -> None:
    assert is_json_broken(edit, original, request_)


@pytest.mark.parametrize(("edit", "original", "request_"), JSON)
def test_json_and_what_need_be_none(edit: str, original: str, request_: str) -> None:
    assert not is_json_broken(edit, original, request_)


@pytest.mark.parametrize(("edit", "original"), BROKEN_PYTHON)
def test_python_that_does_not_compile(edit: str, original: str) -> None:
    assert is_python_broken(edit, original)


@pytest.mark.parametrize(("edit", "original"), COMPILING)
def test_python_that_compiles_and_what_is_none(edit: str, original: str) -> None:
    assert not is_python_broken(edit, original)


@pytest.mark.parametrize(("edit", "original"), CHANGED_ANSWERS)
def test_another_final_answer(edit: str, original: str) -> None:
    assert is_answer_changed(edit, original)


@pytest.mark.parametrize(("edit", "original"), SAME_ANSWERS)
def test_the_same_final_answer_or_none_to_keep(edit: str, original: str) -> None:
    assert not is_answer_changed(edit, original)


@pytest.mark.parametrize(("edit", "original", "instruction"), BROKEN_RULES)
def test_a_broken_rule(edit: str, original: str, instruction: str) -> None:
    assert find_broken_rule(edit, original, instruction)


@pytest.mark.parametrize(("edit", "original", "instruction"), KEPT_RULES)
def test_a_rule_that_is_kept_or_is_none(edit: str, original: str, instruction: str) -> None:
    assert find_broken_rule(edit, original, instruction) is None


def test_every_word_of_a_list_is_asked_for() -> None:
    asked = 'Construct a sentence using the words "backbone," "pillar," and "foundation."'
    assert [rule.says for rule in rules_of(asked)] == [
        "the word 'backbone'",
        "the word 'pillar'",
        "the word 'foundation'",
    ]


@pytest.mark.parametrize(
    ("edit", "others", "is_so"),
    [
        ("Red,\n amber", ("Red, amber",), True),
        ("Red", ("Blue", " Red "), True),
        ("Red", ("Blue", None), False),
        ("red", ("Red",), False),
        (" ", ("",), False),
    ],
)
def test_nothing_but_white_space(edit: str, others: tuple[str, ...], is_so: bool) -> None:
    assert is_identical(edit, *others) == is_so


def test_they_are_found_by_name_and_say_which_rule() -> None:
    exchange = Exchange("Use exactly 2 bullet points.", "", "- a\n- b", "- a\n\n- b\n- c")
    assert flaws_in(exchange, FlawLimits(10, ())) == ["format"]
    (flaw,) = find_flaws(exchange, FlawLimits(10, ()), ["format", "identical"])
    assert flaw.span == (0, len(exchange.response), "2 bullet points")
    again = exchange._replace(response="- a - b", previous="- a\n- b\n- c")
    assert flaws_in(again, FlawLimits(10, ())) == ["format", "identical"]
    back = Exchange("List.", "", "a", "b c", previous="b\nc")
    assert flaws_in(back, FlawLimits(10, ())) == ["identical"]
