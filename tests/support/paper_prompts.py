"""Tables 6 to 9 of the paper, typed from it for the oracle; the project has its own copy.

Where the paper is silent the words are the project's: a sample without an input, the question for
grades (section 2.2 tried it and does not print it), and agents that work alone (section 4.1).
"""

ROLES = {
    "positive": (
        "You are an optimistic person who embodies a mindset that looks for the best in every "
        "situation, maintains a positive attitude, and embraces challenges as opportunities for "
        "growth and success."
    ),
    "critical": (
        "You are a critical person who tends to view things through critical thinking and provide "
        "feedback for improvement or identify areas of concern."
    ),
    "advisor": (
        "You are an experienced advisor who possesses a high level of expertise in summarizing "
        "and giving advice."
    ),
    "editor": (
        "You are a professional editor who possesses a high level of expertise in refining and "
        "improving writing content."
    ),
    "judge": ("You are a helpful and precise assistant for checking the quality of the response."),
}
FIRST_ROUND = {
    "positive": (
        "In your opinion, the above response accurately answers the instruction and the input. "
        "Please state reasons why the response is accurate if it is used for supervised "
        "fine-tuning."
    ),
    "critical": (
        "In your opinion, the above response does not accurately answer the instruction and the "
        "input. Please offer suggestions on how to improve the response if it is used for "
        "supervised fine-tuning."
    ),
}
SECOND_ROUND = (
    "Above is another review from others, please evaluate the plausibility of each point "
    "according to the given instruction and input."
)
WITH_INPUT = (
    "Below is an instruction that describes a task, paired with an input that provides further "
    "context."
)
WITHOUT_INPUT = "Below is an instruction that describes a task."
DISCUSSION = "The following is a discussion about the given request and response by two reviewers."
ADVISE = (
    "Extract and summarize credible ideas from the above dialogue and rewrite them into no more "
    "than 3 writing suggestions for improving the given response. Directly output these "
    "suggestions in separate lines without any foreword or explanation."
)
EDIT = (
    "Referring to the above writing suggestions (MUST ignore suggestions beyond your "
    "capabilities), modify the previous response and make sure that it appropriately completes "
    "the request."
)
EDIT_ALONE = (
    "Write a response to the request below and make sure that it appropriately completes the "
    "request."
)
ADVISE_ALONE = (
    "Offer no more than 3 writing suggestions for improving the given response. Directly output "
    "these suggestions in separate lines without any foreword or explanation."
)
ADVISE_BLIND = (
    "Going by the request alone, offer no more than 3 writing suggestions for a response to it. "
    "Directly output these suggestions in separate lines without any foreword or explanation."
)
COMPARE = (
    "We would like to request your comparison of the performance of two AI assistants in response "
    "to the user request displayed above. Please compare the helpfulness, relevance, accuracy, "
    "and level of detail of their responses"
)
JUDGE = {
    "choice": (
        COMPARE + ".\nPlease first output a single line containing a name indicating whose "
        "response is better, <assistant 1> or <assistant 2> or <equal>. In the subsequent line, "
        "please provide a comprehensive explanation of your comparison, avoiding any potential "
        "bias and ensuring that the order in which the responses were presented does not affect "
        "your judgment."
    ),
    "score": (
        COMPARE + " and grade each of them from 1 (worst) to 10 (best).\nPlease first output a "
        "single line containing two numbers divided by a space: the grade of Assistant 1, then "
        "the grade of Assistant 2. In the subsequent line, please provide a comprehensive "
        "explanation of your grades, avoiding any potential bias and ensuring that the order in "
        "which the responses were presented does not affect your judgment."
    ),
}
NO_INPUT = {"", "<noinput>", "noinput", "no input", "<no input>", "n/a", "none", "nan"}


def request(instruction: str, given: str) -> str:
    """Table 6 without its response."""
    text = f"### Instruction:\n{instruction}"
    return text if _absent(given) else f"{text}\n\n### Input:\n{given}"


def sample(instruction: str, given: str, response: str) -> str:
    """Table 6."""
    return f"{request(instruction, given)}\n\n### Response:\n{response}"


def preamble(given: str) -> str:
    """How the prompts of Tables 8 and 9 open."""
    return WITHOUT_INPUT if _absent(given) else WITH_INPUT


def _absent(given: str) -> bool:
    return given.strip().lower() in NO_INPUT
