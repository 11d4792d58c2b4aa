"""What editors leak around a response is taken off; all else stays byte for byte."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nodes.guards.cleaning import clean

STRIPPED = [
    ("### Response:\nParis.", "Paris."),
    ("### Response: Paris.", "Paris."),
    ("\n### Response:\n\nParis.\n", "Paris."),
    ("## Revised Response\nParis.", "Paris."),
    ("**Revised Response:** Paris.", "Paris."),
    ("**Response**:\nParis.", "Paris."),
    ("Revised response: Paris.", "Paris."),
    ("Here is the revised response:\n\nParis.", "Paris."),
    ("Here's an improved version of the response:\nParis.", "Paris."),
    ("Sure! Here is the modified response based on the suggestions:\n\nParis.", "Paris."),
    ("Here is the revised response:\n\n### Response:\nParis.", "Paris."),
    ("```\nParis.\n```", "Paris."),
    ("```python\nprint(1)\n```\n", "print(1)"),
    ("```markdown\nRun:\n```sh\nls\n```\nDone.\n```", "Run:\n```sh\nls\n```\nDone."),
    ("### Response:\n```\n### Response:\nParis.\n```", "Paris."),
    ("### Response:", ""),
    ("Here is the revised response:", ""),
    ("Here is the response to the given request:\nParis.", "Paris."),
    ("Here is the response, modified to be clearer:\nParis.", "Paris."),
    ("Here is a response that appropriately completes the request:\nParis.", "Paris."),
    ("Here is the final answer:\nParis.", "Paris."),
    ("Here's the rewrite:\nParis.", "Paris."),
    ("Here are the rewritten bullets:\nParis.", "Paris."),
    ("Below is the cleaned up transcript:\nParis.", "Paris."),
    ("Of course. Here's a more polished and detailed description of it:\n\nParis.", "Paris."),
    ("We'll follow the structure. Here's a refined version of the text:\n\nParis.", "Paris."),
    ("Here is my attempt at a rewrite:\n\nParis.", "Paris."),
    ("Hier ist eine überarbeitete Version, die beides berücksichtigt.\n\nParis.", "Paris."),
    ("Refined query: Paris.", "Paris."),
    ("ASSISTANT: Paris.", "Paris."),
    ("ASSISTANT:\nParis.", "Paris."),
    ("\n ASSISTANT: Here is the revised response:\n\nParis.</s>", "Paris."),
    ("### Response:\nASSISTANT: Paris.</s>", "Paris."),
    ("Paris.</s>", "Paris."),
    ("Paris. \n</s>\n", "Paris."),
    ("Paris.</s></s>", "Paris."),
    ("```\nParis.</s>\n```", "Paris."),
    ("<s>Lyon</s> Paris.</s>", "<s>Lyon</s> Paris."),
    ("ASSISTANT:</s>", ""),
    ("</s>", ""),
]

KEPT = [
    "",
    "Paris.",
    "The response: it depends.",
    "Here is the list:\n- a\n- b",
    "Here are three ways:\n1. x",
    "This is the answer I gave to my friend yesterday.",
    "### Responsibilities\n- sweep",
    "```a\nx\n```\nand\n```b\ny\n```",
    "```\na\n```\nand\n```\nb\n```",
    "```\nnever closed",
    "Text first\n```\ncode\n```",
    "a\r\nb\x00c\u202e",
    "Here is the answer:\nParis.",
    "Here is the answer to your question about France:\nParis.",
    "Here is a response you could send:\n\nDear Ann, yes.",
    "Here is a response to the customer:\n\nDear Ann, yes.",
    "Assistant: hello",
    "ASSISTANTS: three",
    "ASSISTANT: How can I help?\nUSER: Where am I?\nASSISTANT: In Paris.",
    "Call the ASSISTANT: it helps.",
    "The old price was <s>20</s>",
    "It ends with </s> in the middle.",
]


@pytest.mark.parametrize(("text", "response"), STRIPPED)
def test_scaffolding_is_taken_off(text: str, response: str) -> None:
    assert clean(text, "Lyon.").text == response


# What Qwen2.5-Coder-0.5B wrote after its edits of Alpaca rows (docs/evidence.md).
REMARKS = [
    "This response continues the previous writing suggestions while providing context and "
    "background about the current debate.",
    "This modified function should now correctly compute Fibonacci numbers, handling cases where "
    "the input `n` is not a positive integer.",
    "This response provides a comprehensive list of countries that are in the Schengen area. It is "
    "accurate because it lists all the countries listed in the instruction.",
    "This modification uses the `re.findall()` function, which is more efficient.",
    "### Explanation:\nIn this response, I have made the following modifications:\n1. A check.",
    "### Explanation:\nThis code adds. I have made the following modifications:\n1. None.",
    "### Explanation:\nThe provided code has been modified to include a docstring that clearly "
    "states what the function does.",
    "To generate a limerick, I'll consider the suggestions provided and adapt them to the "
    "following response.",
    "This instruction now fully addresses the request by clearly explaining the concept of "
    "function composition.",
    "This query correctly lists the names of male students using a `CASE` statement.",
    "You are very welcome! If you have any other questions, feel free to ask.",
    "Suggestions:\n- Add a picture of Vienna.",
]


@pytest.mark.parametrize("remark", REMARKS)
def test_remarks_of_a_real_editor_are_taken_off(remark: str) -> None:
    edit = "Austria and France.\n\nThat is all."
    assert clean(f"{edit}\n\n{remark}", "Austria.", "List countries.").text == edit
    assert clean(f"{edit}\n\n{remark}", remark, "List countries.").text == f"{edit}\n\n{remark}"


@pytest.mark.parametrize(
    "text",
    [
        "The court answered.\n\nThis response was felt by all.",
        "It moved the gene.\n\nThis modification allows plants to survive.",
        "He changed the engine.\n\nThis improved engine is faster.",
        "# Paris\n\nIt lies on the Seine.",
        "This is an improved version of our best lamp.\n\nIt shines longer.",
        "He wrote a letter.\n\nThe letter was revised to please the king.",
        "Version 2 is out.\n\nChanges:\n- Faster.\n- Smaller.",
        "It prints three.\n\nThe list now contains five names.",
        "Ann: Thank you!\nBob: You're welcome!",
    ],
)
def test_what_is_said_of_things_stays(text: str) -> None:
    assert clean(text, "Lyon.", "Tell me of it.").text == text


@pytest.mark.parametrize(
    "request_", ["Review my essay.", "How can I sleep better?", "Give me feedback on this plan."]
)
def test_suggestions_may_be_what_the_request_is_about(request_: str) -> None:
    text = "It is fine as it is.\n\nSuggestions:\n- Shorten the first part."
    assert clean(text, "Fine.", request_).text == text


@pytest.mark.parametrize("text", KEPT)
def test_all_else_stays(text: str) -> None:
    assert clean(text, "Lyon.").text == text


@pytest.mark.parametrize(
    "text",
    [
        "### Response:\nA form.",
        "Here is the revised response:\nText.",
        "```\ncode\n```",
        "ASSISTANT: Hello.",
        "Hello.</s>",
    ],
)
def test_what_the_previous_response_has_is_no_scaffolding(text: str) -> None:
    assert clean(text, text).text == text


@pytest.mark.parametrize("leak", ["### Response:\n", "ASSISTANT: ", "</s>"])
def test_however_often_it_is_said(leak: str) -> None:
    assert clean(leak * 5000, "Lyon.").text == ""


PIECES = [
    "Paris.", " ", "\n", "\n\n", "  x", "</s>", "<s>", "ASSISTANT: ", "### Response:\n", "---",
    "```", "```py",
    "<response>", "</response>", "<answer>", "</think>", "<|im_end|>", "[INST]", '"', "\u201c",
    "\u201d", "> ",
    "Here is the revised response:\n", "Changes made:\n- a", "Note: I have revised the response.",
    "Sure! ",
    "Let me know if you would like any further changes!",
    "\u4ee5\u4e0b\u662f\u4fee\u6539\u540e\u7684\u56de\u590d\uff1a",
]  # fmt: skip
TEXTS = st.lists(st.sampled_from(PIECES) | st.text(max_size=6), max_size=8).map("".join)


@settings(max_examples=400)
@given(TEXTS, TEXTS, TEXTS)
def test_cleaning_again_changes_nothing(text: str, previous: str, request: str) -> None:
    cleaned = clean(text, previous, request)
    assert clean(cleaned.text, previous, request) == (cleaned.text, ())
    assert bool(cleaned.taken) == (cleaned.text != text)


@settings(max_examples=200)
@given(TEXTS, TEXTS)
def test_an_edit_that_changes_nothing_stays(text: str, request: str) -> None:
    assert clean(text, text, request) == (text, ())


@settings(max_examples=200)
@given(TEXTS, TEXTS, TEXTS)
def test_what_stays_is_a_part_of_the_text(text: str, previous: str, request: str) -> None:
    stays = clean(text, previous, request).text.strip()
    quoted = all(line.startswith(">") for line in text.strip().splitlines() if line.strip())
    assert quoted or stays in text


# The request, the previous response, and an edit of which nothing may be taken off.
ASKED_FOR = [
    (
        "Write a letter to a customer.",
        "Dear Ann, it is done.",
        "Dear Ann,\n\nit is done.\n\nLet me know if you have any questions.",
    ),
    (
        "Write an e-mail to a client about the new logo.",
        "The logo is done.",
        "Dear Ann,\n\nthe logo is done.\n\nLet me know if you would like any further changes!",
    ),
    (
        "Correct the sentence and explain the changes that you made.",
        "She go.",
        "She goes.\n\nChanges made:\n- go became goes.",
    ),
    ("Put the text into the tag <answer>.", "Paris", "<answer>Paris</answer>"),
    ("Write the HTML for a response.", "<p>Hi</p>", "<output>Hi</output>"),
    ("Translate it and note what is hard.", "El gato.", "El gato.\n\nNote: gato is masculine."),
    ("Wrap your response in double quotation marks.", "Paris", '"Paris"'),
    ("Begin with 'Here is the revised response:'.", "Paris", "Here is the revised response: Paris"),
    ("Use a markdown code block.", "ls", "```sh\nls\n```"),
    ("Write front matter.", "title", "---\ntitle: a\n---"),
    ("Say when to use <|im_end|>.", "At the end.", "A turn ends with <|im_end|>"),
    ("Write a play.", "A: Hi.", "USER: Hi.\nASSISTANT: Hi."),
    ("Repeat the mail as a quotation in markdown.", "Hi", "> Hi\n> Ann"),
    ("Show the code.", "x = 1", "    x = 1\n    y = 2"),
    ("Name the author.", "Eco", '"Yes" and "no"'),
    ("What is new?", "Much.", "Much.\n\nNote: the new version of the law holds from May."),
]


@pytest.mark.parametrize(("request_", "previous", "edit"), ASKED_FOR)
def test_what_the_task_asks_for_stays(request_: str, previous: str, edit: str) -> None:
    assert clean(edit, previous, request_) == (edit, ())


@pytest.mark.parametrize(
    ("previous", "edit", "cleaned"),
    [
        ("Lyon.", "\n\nParis.\n\n", "Paris."),
        ("Lyon.\n", "Paris.\n\n", "Paris.\n"),
        (" Lyon.", "  Paris.", " Paris."),
        (" Lyon.\n", "Paris.", "Paris."),
        ("Lyon.", "\n    x = 1\n    y = 2\n", "    x = 1\n    y = 2"),
        (" \n", "\nParis.\n", "Paris."),
    ],
)
def test_white_space_is_at_most_that_of_the_previous_response(
    previous: str, edit: str, cleaned: str
) -> None:
    assert clean(edit, previous).text == cleaned
