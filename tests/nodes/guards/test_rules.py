"""Hygiene's rules by table: what each should see, and what looks like it and is fine."""

from collections.abc import Callable, Sequence

import pytest

from nodes.guards.cleaning import clean
from nodes.guards.code import has_code, has_open_fence, is_code_lost
from nodes.guards.endings import breaks_off
from nodes.guards.language import is_language_switched
from nodes.guards.leaks import find_role_names, find_scaffolding, find_tokens
from nodes.guards.losses import are_numbers_lost
from nodes.guards.refusals import is_refusal

SCAFFOLDING = [
    "### Revised Response:\nParis is the capital.",
    "Paris is the capital.\n\n## Improved Answer\nIt is Paris.",
    "Here is the revised response:\n\nParis is the capital.",
    "Sure! Here's an improved version of the response:\nParis.",
    "```\nParis is the capital.\n```",
    "Paris is the capital.\n\n### Writing Suggestions:\n1. Say more.",
    "Paris is the capital.\n\n### Review from others:\nIt is short.",
    "Paris.\n\n### Instruction:\nName the capital.",
    "Paris.\n\nNote: I have revised the text to be clearer.",
    "Paris.\n\n(Note: The sentence was edited for length.)",
    "Paris.\n\n**Changes made:** modified the opening.",
    "Paris. This revised response now gives more detail.",
    "Based on the suggestions, Paris is the capital of France.",
    "Following the above writing suggestions, I say Paris.",
    "[Your revised response here]",
    "Paris.\n\nThe response accurately answers the instruction and the input.",
    "The response could be improved by naming the country. Paris.",
    "Paris.\n\n- Add a short example to make the response more concrete:\nLyon",
    "Paris.\n\nThere are suggestions for improving the response: say more.",
    "En esto, la respuesta anterior es corta.",
]
NO_SCAFFOLDING = [
    "",
    "Paris is the capital.",
    "# Paris\n\n## History\n\nIt is old.",
    "The response of the city was quick.",
    "The response is due on Monday.",
    "Emergency response: call the fire brigade.",
    "Note: opening hours may change.",
    "Here is a list:\n- Paris\n- Lyon",
    "I have a few suggestions for your trip.",
    "The final answer is 42.",
    "## Suggested reading\nA guide to Paris.",
    "The edited volume appeared in 1999, a revised edition in 2003.",
    "```python\nprint('Paris')\n```\nprints Paris.",
]
ROLE_NAMES = [
    "Reviewer 1 says that Paris is right.",
    "As a professional editor, I would write: Paris.",
    "As an experienced advisor I agree.",
    "Assistant 2's response is better because it is longer.",
    "**Judge:** the second one.",
    "Critic aside.\nDebater 1: Paris.",
    "ASSISTANT: Paris is the capital.",
    "Assistant: Paris is the capital.",
    "Paris.\nUSER: And of Spain?",
    "Paris.</s>USER: And of Spain? ASSISTANT: Madrid.",
]
TOKENS = [
    "Paris.</s>",
    "Paris.</s>USER: And of Spain? ASSISTANT: Madrid.",
    "Paris.<|im_end|>",
    "<|start_header_id|>assistant<|end_header_id|>\n\nParis.",
    "[INST] Name the capital [/INST] Paris.",
    "<think>The capital?</think>Paris.",
    "Paris.<end_of_turn>",
    "Paris.<\uff5cend\u2581of\u2581sentence\uff5c>",
]
NO_ROLE_NAMES = [
    "",
    "Paris is the capital.",
    "The editor of the newspaper lives in Paris; her advisor is a judge.",
    "A virtual assistant is a program. The user: a person who talks to it.",
    "Anna: Where is it?\nUser: In Paris.",
    "Many reviewers liked it. Reviewer scores are public.",
    "Nutrition assistants, 2 of them, came.",
]
NO_TOKENS = [
    "",
    "Use <s>Lyon</s> to strike it out.",
    "if a < b || c |> d then [INSTALL]",
    "<b>Paris</b> [1]",
]
REFUSALS = [
    "I'm sorry, but as an AI language model I can't visit Paris.",
    "I\u2019m sorry, but I can\u2019t help with that.",
    "I apologize, but I am unable to open the file.",
    "Unfortunately, I cannot browse the internet.",
    "As an AI, I don't have feelings about Paris.",
    "As a large language model, my knowledge ends early.",
    "I am just an AI, so Paris is only a word to me.",
    "I cannot provide medical advice.",
    "I'm not able to create images.",
    "I won't write that.",
    "\n**I'm sorry**, I do not have access to it.",
    "很抱歉，我无法回答这个问题。",
    "作为一个AI语言模型，我没有感情。",
    "Lo siento, pero no puedo ayudar con eso.",
    "Je suis désolé, je ne peux pas faire cela.",
    "Es tut mir leid, aber ich kann das nicht.",
]
NO_REFUSALS = [
    "",
    "Paris is the capital.",
    "Dear guest, I'm sorry that your room was cold.",
    "We are sorry, but the shop cannot deliver on Sunday.",
    "I cannot wait to see Paris!",
    "I can't help falling in love with you.",
    "AI is used in hospitals. An AI model reads pictures.",
    "To apologize well, say: I'm sorry, and mean it.",
    "Many people say they cannot provide for their families.",
    "Entschuldigung heißt es tut mir leid.",
    f"{'Paris is old. ' * 30}I'm sorry, but I cannot say more.",
]
OPEN_FENCES = [
    "```python\nprint(1)",
    "Run:\n```sh\nls\n```\nthen\n```sh\npwd",
    "~~~\nx\n```\n",
    "````\n```\nx\n```\n",
    "> ```\n> x",
    "1. ```sh\n   ls",
]
CLOSED_FENCES = [
    "",
    "No code.",
    "```python\nprint(1)\n```",
    "- ```sh\n  ls\n  ```\n- done",
    "````md\n```\nx\n```\n````",
    "~~~\nx\n~~~",
    "```inline``` code",
    "Use `x` and ``y``.",
    "```\nx\n`````",
]
CUT_OFF = [
    "It is new. The tide clock shows high water and low",
    "It works well. The reason that it runs for such a long time lies in its",
    "It works well. To set the clock you turn the hand on the back until it",
    "Some parts are needed:",
    "We need a battery, a hand,",
    "It is good - everyone in town knows (",
    "A first line.\n\nThen the second one begins and it goes on and on without",
]
WHOLE = [
    "",
    "Paris",
    "The capital of France is Paris",
    "The tide clock shows high and low water.",
    "He said: \u201cIt works.\u201d",
    "It works! :-)",
    "It runs for years\u2026",
    "它显示潮汐。",
    "- a clock\n- a battery\n- a hand that turns once in every tide of the sea",
    "1. Buy it. Hang it on a wall of the house where you live",
    "Yours sincerely,\nAnn Miller",
    "| a | b |\n| --- | --- |",
    "It is done. See https://example.org/a/very/long/page about the whole thing",
    "It is new! Come and see it in the shop on Sunday #tide #clock #sea",
    "SELECT name, price FROM clocks WHERE price > 5 AND name = 'tide' ORDER BY name;",
    '"Time and tide wait for no man. They never have." - Geoffrey Chaucer',
    "Waves roll to the shore\nGulls above the quiet pier\nEvening takes the light",
    "```\nx = 1\n```",
]
# Response and original.
NUMBERS_LOST = [
    ("It has many parts.", "It has 12 parts."),
    ("Born in the thirties, died in 2004.", "Born in 1931, died in 2004."),
    ("It costs $1,300.50.", "It costs $1,200.50."),
    ("The answer is 43.", "The answer is 42."),
]
NUMBERS_KEPT = [
    ("It has 12 parts.", "It has many parts."),
    ("It has three parts.", "It has 3 parts."),
    ("The price is 1200.5 dollars.", "It costs $1,200.50."),
    ("frame and cord", "1. frame\n2. cord"),
    ("Frame and cord", "Parts: 1. Frame 2. Cord"),
    ("1. Saw 2. Glue", "Step 1: saw. Step 2: glue."),
    ("In 1931 and 1950.", "In 1931, 1950 and 2004."),
    ("In short:\n\n50.\n\nIt follows.", "50."),
    ("It begins at 10:30 sharp.", "At 10:30."),
]
CODE = [
    "```\nx\n```",
    "def f(x):\n    return x",
    "<ul>\n<li>a</li>\n</ul>",
    "SELECT a\nFROM b",
    'int main() {\n  puts("a");\n}',
    "import os\nprint(os.name)",
]
NO_CODE = [
    "",
    "Soft is the sea;\nthe gulls fly free;\nand so do we.",
    "Area = (1/2) * b * h\nArea = 6",
    "For each of these:\nclass is in session",
    "1. Salt;\n2. Pepper;",
    "print is dead",
]  # fmt: skip

ENGLISH = "The clock hangs in the hall and shows when the water is high and when it is low."
GERMAN = "Die Uhr hängt im Flur und zeigt, wann das Wasser hoch steht und wann es niedrig ist."
FRENCH = "L'horloge est dans le couloir et montre quand la mer est haute et quand elle est basse."
CHINESE = "这个时钟挂在走廊里，显示什么时候水位高，什么时候水位低。"
RUSSIAN = "Часы висят в коридоре и показывают, когда вода высокая, а когда низкая."
# Request, original and response.
SWITCHED = [
    ("Describe the clock.", ENGLISH, GERMAN),
    ("Describe the clock.", ENGLISH, FRENCH),
    ("Describe the clock.", ENGLISH, CHINESE),
    ("Describe the clock.", ENGLISH, RUSSIAN),
    ("Beschreibe die Uhr.", GERMAN, ENGLISH),
    ("描述一下这个时钟。", CHINESE, ENGLISH),
    ("Describe the clock.", ENGLISH, f"A new answer altogether: {CHINESE}"),
    ("Describe the clock.", "In the hall.", "走廊里"),
]
NOT_SWITCHED = [
    ("Describe the clock.", ENGLISH, "It tells sailors in the harbour at what hour to set out."),
    ("Translate it into German.", ENGLISH, GERMAN),
    ("Describe the clock in French.", ENGLISH, FRENCH),
    (f"Answer in kind.\n\n{GERMAN}", ENGLISH, GERMAN),
    ("描述一下这个时钟。", ENGLISH, CHINESE),
    (
        "Name the capital.",
        ENGLISH,
        "Tokyo (東京) is the capital, a city of many millions of people.",
    ),
    ("Give the angle.", ENGLISH, "α + β = γ"),
    ("Describe the clock.", "", GERMAN),
    ("Describe the clock.", ENGLISH, ""),
    ("List some elements.", ENGLISH, "Hydrogen, Helium, Lithium, Beryllium, Boron, Carbon, Neon"),
    ("What is its name?", "東京", "東京都"),
    ("Name it.", "カタカナ", "漢字とひらがな"),
]

Rule = Callable[..., object]
Cases = Sequence[str] | Sequence[tuple[str, ...]]
TABLES: dict[str, tuple[Rule, Cases, Cases]] = {
    "scaffolding": (find_scaffolding, SCAFFOLDING, NO_SCAFFOLDING),
    "role_names": (find_role_names, ROLE_NAMES, NO_ROLE_NAMES),
    "tokens": (find_tokens, TOKENS, NO_TOKENS),
    "refusal": (is_refusal, REFUSALS, NO_REFUSALS),
    "fence": (has_open_fence, OPEN_FENCES, CLOSED_FENCES),
    "cut_off": (breaks_off, CUT_OFF, WHOLE),
    "code": (has_code, CODE, NO_CODE),
    "numbers_lost": (are_numbers_lost, NUMBERS_LOST, NUMBERS_KEPT),
    "language": (is_language_switched, SWITCHED, NOT_SWITCHED),
}


SEEN = [(name, case) for name, (_, seen, _) in TABLES.items() for case in seen]
PASSED = [(name, case) for name, (_, _, passed) in TABLES.items() for case in passed]


def says(name: str, case: str | tuple[str, ...]) -> object:
    """What a rule says of a text, or of several."""
    return TABLES[name][0](*(case if isinstance(case, tuple) else (case,)))


@pytest.mark.parametrize(("name", "case"), SEEN)
def test_a_rule_sees(name: str, case: str | tuple[str, ...]) -> None:
    assert says(name, case)


@pytest.mark.parametrize(("name", "case"), PASSED)
def test_a_rule_lets_pass(name: str, case: str | tuple[str, ...]) -> None:
    assert not says(name, case)


def test_a_request_may_be_about_a_response() -> None:
    said = "The response is clear and helpful."
    assert find_scaffolding(said, "Good.", "Describe the Eiffel Tower.")
    assert not find_scaffolding(said, "Good.", "Rate this answer of a customer service.")


@pytest.mark.parametrize(
    ("request_", "said"),
    [
        ("Explain HTTP.", "The server answers.\n\nThe response must include a status line."),
        ("Explain caches.", "The original response is kept."),
        ("Write a story.", '"Please provide another response," said the clerk.'),
        ("Describe the immune system.", "The response should be strong."),
        ("Write a quiz.", "What is the capital of France?\n\nAnswer:"),
        ("Write a story.", "Referring to the instructions, he built the shelf."),
        ("Debug this snippet.", "There is a typo.\n\nHere is the corrected code:\nprint(1)"),
    ],
)
def test_responses_of_servers_and_people_are_no_talk(request_: str, said: str) -> None:
    assert clean(said, "Good.", request_).text == said
    assert not find_scaffolding(said, "Good.", request_)


@pytest.mark.parametrize(
    "said",
    [
        "Life is a ride.\n\nFeedback on it:\n1. Say more.",
        "Life is a ride.\n\nReferring to your response, how many parts are there?",
        "Life is a ride.\n\nHere's a rewritten version with my personal feedback:\n\nLife is long.",
        "Life is a ride.\n\nIn this edit, I made it shorter.",
        "Let's enhance the response to include checks.\n\nLife is a ride.",
    ],
)
def test_talk_of_the_edit_in_the_middle_is_seen(said: str) -> None:
    assert find_scaffolding(said, "Good.", "Create a metaphor.")


def test_a_label_with_nothing_after_it_is_taken_off() -> None:
    assert clean("Plant trees.\n\nOutput:", "Plant.", "Say it otherwise.").text == "Plant trees."
    kept = "Output: 1\n\nOutput:"
    assert clean(kept, "Plant.", "Say it otherwise.").text == kept


@pytest.mark.parametrize("finish_reason", ["length", "max_tokens", "content_filter"])
def test_the_endpoint_knows_best_whether_an_answer_was_cut_off(finish_reason: str) -> None:
    assert breaks_off("It is done.", finish_reason)
    assert not breaks_off("It is done.", "stop")
    assert not breaks_off("It is done.", None)


def test_code_is_lost_only_if_none_is_left() -> None:
    assert is_code_lost("Define a function that doubles.", "def f(x):\n    return 2 * x")
    assert not is_code_lost("Use `f(2)` for it.", "def f(x):\n    return 2 * x")
    assert not is_code_lost("```\nf = lambda x: 2 * x\n```", "def f(x):\n    return 2 * x")
    assert not is_code_lost("Words.", "Other words.")
