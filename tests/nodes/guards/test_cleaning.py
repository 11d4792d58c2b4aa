"""What editors leak around a response is taken off; all else stays byte for byte."""

import pytest

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
