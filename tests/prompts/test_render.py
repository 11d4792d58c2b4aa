"""Rendered prompts hold the words of the paper's Tables 6 to 9; data comes out intact."""

import pytest

from prompts.pack import load_pack
from prompts.render import conversation_text, fill, has_input, one_turn_text, sample_values

PACK = load_pack()
SPEECHES = {"pos_pred": "P1", "crt_pred": "C1", "pos_free": "P2", "crt_free": "C2"}

ROLES = {
    "positive": "You are an optimistic person who embodies a mindset that looks for the best in "
    "every situation, maintains a positive attitude, and embraces challenges as opportunities for "
    "growth and success.",
    "critical": "You are a critical person who tends to view things through critical thinking and "
    "provide feedback for improvement or identify areas of concern.",
    "advisor": "You are an experienced advisor who possesses a high level of expertise in "
    "summarizing and giving advice.",
    "editor": "You are a professional editor who possesses a high level of expertise in refining "
    "and improving writing content.",
    "judge": "You are a helpful and precise assistant for checking the quality of the response.",
}
SAMPLE = "### Instruction: Sum up. ### Input: Text. ### Response: Short."
WITHOUT_INPUT = "### Instruction: Sum up. ### Response: Short."
REQUEST = "### Instruction: Sum up. ### Input: Text."
PAIRED = (
    "Below is an instruction that describes a task, paired with an input that provides further "
    "context."
)
EVALUATE = (
    "Above is another review from others, please evaluate the plausibility of each point according "
    "to the given instruction and input."
)
TASKS = {
    "positive_predetermined": f"{SAMPLE} In your opinion, the above response accurately answers "
    "the instruction and the input. Please state reasons why the response is accurate if it is "
    "used for supervised fine-tuning.",
    "critical_predetermined": f"{SAMPLE} In your opinion, the above response does not accurately "
    "answer the instruction and the input. Please offer suggestions on how to improve the response "
    "if it is used for supervised fine-tuning.",
    "positive_free": f"### Review from others: C1 {EVALUATE}",
    "critical_free": f"### Review from others: P1 {EVALUATE}",
    "advisor": f"{PAIRED} {SAMPLE} The following is a discussion about the given request and "
    "response by two reviewers. ### Reviewer 1: P1 ### Reviewer 2: C1 ### Reviewer 1: P2 "
    "### Reviewer 2: C2 Extract and summarize credible ideas from the above dialogue and rewrite "
    "them into no more than 3 writing suggestions for improving the given response. Directly "
    "output these suggestions in separate lines without any foreword or explanation.",
    "editor": f"### Writing Suggestions: S ### Previous Response: Short. {PAIRED} {SAMPLE} "
    "Referring to the above writing suggestions (MUST ignore suggestions beyond your "
    "capabilities), modify the previous response and make sure that it appropriately completes "
    f"the request. {REQUEST} ### Response:",
    "judge": f"{PAIRED} {REQUEST} [The Start of Assistant 1's Response] Short. [The End of "
    "Assistant 1's Response] [The Start of Assistant 2's Response] Long. [The End of Assistant 2's "
    "Response] [System] We would like to request your comparison of the performance of two AI "
    "assistants in response to the user request displayed above. Please compare the helpfulness, "
    "relevance, accuracy, and level of detail of their responses. Please first output a single "
    "line containing a name indicating whose response is better, <assistant 1> or <assistant 2> "
    "or <equal>. In the subsequent line, please provide a comprehensive explanation of your "
    "comparison, avoiding any potential bias and ensuring that the order in which the responses "
    "were presented does not affect your judgment.",
}


def render(task: str, **sample: str) -> str:
    values = sample_values(PACK, **({"instruction": "Sum up.", "input": "Text."} | sample))
    others = {
        "adv_sugg": "S",
        "pre_resp": "Short.",
        "resp_1": "Short.",
        "resp_2": "Long.",
        "judge_question": PACK.judge_question.choice,
    }
    return " ".join(fill(getattr(PACK.tasks, task), values | SPEECHES | others).split())


@pytest.mark.parametrize("role", ROLES)
def test_role_prompt_is_the_papers(role: str) -> None:
    assert " ".join(getattr(PACK.roles, role).split()) == ROLES[role]


@pytest.mark.parametrize("task", TASKS)
def test_task_prompt_is_the_papers(task: str) -> None:
    assert render(task, response="Short.") == TASKS[task]


@pytest.mark.parametrize("task", ["advisor", "editor", "judge"])
def test_without_input_none_is_promised(task: str) -> None:
    words = TASKS[task].replace(PAIRED, "Below is an instruction that describes a task.")
    expected = words.replace(SAMPLE, WITHOUT_INPUT).replace(" ### Input: Text.", "")
    assert render(task, response="Short.", input=" ") == expected


NO_INPUT = ["", "  ", "<noinput>", "noinput", "No Input", "<no input>", "N/A", "none", "NaN"]


@pytest.mark.parametrize("text", NO_INPUT)
def test_words_for_no_input(text: str) -> None:
    assert not has_input(text)


@pytest.mark.parametrize("text", ["0", "none of these", "input", "<input>"])
def test_inputs(text: str) -> None:
    assert has_input(text)


@pytest.mark.parametrize("text", ["{sample} {input}", "{0} {}", "%s", "\\1 \\g<0>", "a\x00b"])
def test_text_from_data_is_no_template(text: str) -> None:
    values = sample_values(PACK, text, text, text)
    assert values["sample"].count(text) == 3
    assert fill("{sample}", values) == values["sample"]


VICUNA = (
    "A chat between a curious user and an artificial intelligence assistant. The assistant gives "
    "helpful, detailed, and polite answers to the user's questions."
)
HISTORY = [("user", "Q1"), ("assistant", "A1"), ("user", "Q2"), ("assistant", "A2"), ("user", "Q3")]


@pytest.mark.parametrize(("system", "opening"), [("", VICUNA), ("\n", VICUNA), ("Be kind.",) * 2])
def test_a_conversation_is_laid_out_as_vicuna_does(system: str, opening: str) -> None:
    assert conversation_text(PACK.conversation, system, HISTORY) == (
        f"{opening} USER: Q1 ASSISTANT: A1</s>USER: Q2 ASSISTANT: A2</s>USER: Q3 ASSISTANT:"
    )


def test_other_roles_in_a_conversation() -> None:
    history = [("user", "Q"), ("assistant", "[]"), ("tool", "T"), ("system", "S")]
    laid_out = conversation_text(PACK.conversation, "Be kind.", history)
    assert laid_out == "Be kind. USER: Q ASSISTANT: []</s>TOOL: T SYSTEM: S ASSISTANT:"


@pytest.mark.parametrize(("system", "text"), [("", "Q"), (" ", "Q"), ("Be kind.", "Be kind.\n\nQ")])
def test_a_conversation_of_one_turn(system: str, text: str) -> None:
    assert one_turn_text(PACK.conversation, system, "Q") == text


@pytest.mark.parametrize("text", ["{history} {content}", "{role}", "{0} {}", "%s", "\\1", "</s>"])
def test_text_of_a_conversation_is_no_template(text: str) -> None:
    laid_out = conversation_text(PACK.conversation, text, [("user", text), ("{role}", text)])
    assert laid_out == f"{text} USER: {text} {{ROLE}}: {text} ASSISTANT:"
    assert one_turn_text(PACK.conversation, text, text) == f"{text}\n\n{text}"
