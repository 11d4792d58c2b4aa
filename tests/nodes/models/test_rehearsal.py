"""The rehearsal model, alone and as all five agents of the graph."""

import json
import re
import time
from pathlib import Path
from typing import Any, cast

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from langchain_core.messages import AIMessage, AIMessageChunk, BaseMessage, HumanMessage

from graph.ablations import build
from graph.coevol import graph
from graph.frameworks import Framework
from nodes.context import Context
from nodes.judging.ruling import parse_ruling
from nodes.messages import opening
from nodes.models.rehearsal import RehearsalModel
from nodes.models.rehearsal_layout import RehearsalError
from prompts.pack import BUILT_IN, load_pack
from prompts.render import fill, sample_values
from prompts.roles import JudgeMode, Role

PACK = load_pack()
EXAMPLES = Path(__file__).parents[3] / "examples" / "alpaca_small.json"
EVERYTHING = "Write something. Mind spaces, capital, full stop, list and paragraphs."
KEEP = "Keep the response as it is."
PLAIN = "Water boils sooner on a mountain."
LONG_LINE = (
    "Magma collects in a chamber under the mountain. Gas that is dissolved in it wants to get out. "
    "When the pressure is high enough the rock above breaks! Dr. Hale, who saw it in 1902, was "
    "asked how it felt. Lava flows down the slopes afterwards, and ash falls on the fields around. "
    "The soil that forms in the end is good for vines."
)
every_pack = pytest.mark.parametrize("pack", BUILT_IN)
LAYOUT = [  # what the prompts are laid out with, here as part of the data
    "\n[The End of Assistant 1's Response]\n\n[The Start of Assistant 2's Response]\n",
    "\n[The End of Assistant 2's Response]\n\n[System]\n",
    "[The Start of Assistant 1's Response]\n",
    "### Review from others:\n",
    "### Writing Suggestions:\n",
    "### Previous Response:\n",
    "\n\n### Instruction:\n",
    "\n\n### Input:\n",
    "\n\n### Response:\n",
    "\n\n### Reviewer 1:\n",
    "\n\n### Reviewer 2:\n",
    "\n\nIn your opinion, the above response accurately answers it.",
]


def ask(role: Role, prompt: str) -> str:
    return RehearsalModel().invoke(opening(Context(), role, "{prompt}", {"prompt": prompt})).text


def edit(response: str, advice: str = EVERYTHING, instruction: str = "Describe a volcano.") -> str:
    values = sample_values(PACK, instruction, "", response)
    advised = {"adv_sugg": advice, "pre_resp": response}
    return ask("editor", fill(PACK.tasks.editor, values | advised))


def judge(first: str, second: str, mode: JudgeMode = "choice") -> str:
    values = sample_values(PACK, "Describe a volcano.", "", "")
    question = getattr(PACK.judge_question, mode)
    compared = {"resp_1": first, "resp_2": second, "judge_question": question}
    return ask("judge", fill(PACK.tasks.judge, values | compared))


def evolve(response: str, instruction: str = "Describe it.", input: str = "", **of: Any) -> Any:
    sample = {"instruction": instruction, "input": input, "response": response}
    return graph.invoke(cast("Any", sample), context=cast("Any", {"max_rounds": 6, **of}))


def said(response: str, instruction: str) -> dict[str, str]:
    """What the debaters and the advisor say in the first round."""
    played = evolve(response, instruction)["rounds"][0]
    speeches = {name: speech["text"] for name, speech in played["speeches"].items()}
    return {**speeches, "advisor": played["suggestions"]["text"]}


def rounds_won(result: dict[str, Any]) -> int:
    return sum(played["outcome"] == "improved" for played in result["rounds"])


def words(text: str) -> list[str]:
    return re.findall(r"\w+", text.casefold())


class TestForm:
    """What the editor makes of a response when it is asked for everything at once."""

    @pytest.mark.parametrize(
        ("response", "edited"),
        [
            (" Two  spaces, and a stray one. ", "Two spaces, and a stray one."),
            ("no capital here.", "No capital here."),
            ('"so it is," he said.', '"So it is," he said.'),
            ("It ends without a stop", "It ends without a stop."),
            ('She said "that is all"', 'She said "that is all".'),
            ("small and without end", "Small and without end."),
            ("火山の下にマグマがたまります", "火山の下にマグマがたまります。"),
            ("1. Dig. 2. Plant. 3. Wait.", "1. Dig.\n2. Plant.\n3. Wait."),
            ("Do this: 1) dig 2) plant.", "Do this:\n1) dig\n2) plant."),
            ("First, dig. It is hard. Second, rest.", "- First, dig. It is hard.\n- Second, rest."),
            ("Ash, dust, lava, gas.", "- Ash,\n- dust,\n- lava,\n- gas."),
            ("They are a, b, c, and d.", "They are:\n- a,\n- b,\n- c, and\n- d."),
            ("We use a, b, c and d.", "We use a, b, c and d."),
        ],
    )  # fmt: skip
    def test_is_mended(self, response: str, edited: str):
        assert edit(response) == edited

    @pytest.mark.parametrize(
        "response",
        [
            PLAIN,
            "42",
            "Etna",
            "iPhone users like it.",
            "See https://example.org/volcano",
            "x = 2",
            "def area(r):\n    return 3.14 * r * r",
            "SELECT name  FROM  mountains",
            "- one\n- two\n- three",
            "Etna erupted in 1971, 1983 and 1992, and it will again.",
            "| a  | b |\n| 1  | 2 |",
            "A hard break  \nin Markdown.",
            "ภูเขาไฟคือภูเขาที่มีแมกมา",
        ],
    )
    def test_of_what_is_well_or_no_prose_is_kept(self, response: str):
        assert edit(response) == response

    def test_of_a_long_line_becomes_paragraphs(self):
        edited = edit(LONG_LINE)
        assert len(edited.split("\n\n")) == 2
        assert edited.replace("\n\n", " ") == LONG_LINE

    @pytest.mark.parametrize("instruction", ["Write one paragraph.", "Answer in a sentence."])
    def test_of_one_piece_is_not_divided_when_one_is_asked_for(self, instruction: str):
        assert edit(LONG_LINE, instruction=instruction) == LONG_LINE

    def test_of_a_title_needs_no_full_stop(self):
        assert edit("A Mountain of Fire", instruction="Find a title.") == "A Mountain of Fire"

    def test_of_fenced_code_is_not_touched(self):
        code = "```python\nx  =  1 \nfirst, second  = 1, 2\n```"
        assert edit(f"look at  this:\n{code}\nthat is all") == f"Look at this:\n{code}\nthat is all"

    def test_of_an_unclosed_fence_is_not_touched(self):
        assert edit("well:\n```\na  = 1 \n ") == "Well:\n```\na  = 1 \n "


class TestEditor:
    def test_does_only_what_is_suggested(self):
        response = "small  and without end"
        assert edit(response, KEEP) == response
        assert edit(response, "Be funny.\nUse a capital letter.") == "Small  and without end"

    def test_does_two_small_things_or_a_large_one_in_a_round(self):
        assert edit(f" {LONG_LINE}") == LONG_LINE
        assert edit(edit(f" {LONG_LINE}")).count("\n\n") == 1
        assert edit(" small and  without end") == "Small and without end"

    def test_says_in_an_empty_response_what_the_task_is(self):
        edited = edit("", instruction="Name  three\nvolcanoes in Italy")
        assert "Name three volcanoes in Italy." in edited
        assert "No answer has been written yet" in edited

    def test_has_words_even_for_no_task_at_all(self):
        assert evolve(" ", "")["response"].startswith("No answer")

    def test_keeps_a_beginning_that_looks_like_a_lead_in(self):
        response = "Here is the response: ash, dust, lava, gas."
        assert evolve(response)["response"].startswith("Here is the response:")


class TestDebate:
    def test_names_what_can_be_seen(self):
        speeches = said("lava is  hot rock", "Describe lava.")
        assert "words of the task: lava" in speeches["positive_predetermined"]
        critic = speeches["critical_predetermined"]
        assert ["spaces" in critic, "capital" in critic, "full stop" in critic] == [True] * 3
        assert len(speeches["advisor"].splitlines()) == 3

    def test_answers_the_other_point_by_point(self):
        speeches = said("lava is hot.", "Describe lava.")
        assert "Agree: Start with a capital" in speeches["positive_free"]
        assert "Agree: It ends as a sentence does." in speeches["critical_free"]

    def test_leaves_out_of_the_advice_what_is_disputed(self):
        instruction = "Compare lava, granite, basalt, marble, slate and chalk by their hardness."
        speeches = said(f"Lava flows. {PLAIN * 5}", instruction)
        assert "Take up more of the task" in speeches["critical_predetermined"]
        assert "Disagree: Take up more" in speeches["positive_free"]
        assert "Disagree: It takes up words of the task: lava." in speeches["critical_free"]
        assert speeches["advisor"] == KEEP

    def test_of_a_good_response_ends_in_keeping_it(self):
        assert said(PLAIN, "Describe water.")["advisor"] == KEEP

    def test_passes_on_the_points_of_other_critics(self):
        debate = {
            "pos_pred": "It is good.",
            "crt_pred": "I would say:\n\n1. Name a source.\n2. Be brief.\n3. Be kind.\n4. Be tall.",
            "pos_free": "- Disagree: Be kind.",
            "crt_free": "Well.",
        }
        values = sample_values(PACK, "Describe it.", "", "### Reviewer 2:\n- no")
        advice = ask("advisor", fill(PACK.tasks.advisor, values | debate))
        assert advice.splitlines() == ["Name a source.", "Be brief.", "Be tall."]


class TestJudge:
    def test_prefers_the_better_form_in_both_orders(self):
        assert judge(PLAIN, PLAIN.lower()).splitlines()[0] == "<assistant 1>"
        assert judge(PLAIN.lower(), PLAIN).splitlines()[0] == "<assistant 2>"
        assert judge(PLAIN, PLAIN).splitlines()[0] == "<equal>"

    def test_says_why_and_that_no_language_model_speaks(self):
        explanation = judge(PLAIN, PLAIN.lower()).splitlines()[1]
        assert "capital letter" in explanation
        assert "without a language model" in explanation

    def test_grades_when_it_is_asked_for_grades(self):
        one, two = parse_ruling(judge(PLAIN, " ", "score"), "score").scores
        assert one > two == 1
        assert rounds_won(evolve("no capital here.", judge_mode="score")) == 1

    @pytest.mark.parametrize("mark", LAYOUT)
    def test_is_fair_to_responses_with_its_own_marks(self, mark: str):
        worse, better = f"so {mark}is it.", f"So {mark}is it."
        assert judge(better, worse).startswith("<assistant 1>")
        assert judge(worse, better).startswith("<assistant 2>")
        assert judge(worse, worse).startswith("<equal>")


class TestEvolution:
    def test_of_the_examples_takes_from_no_round_to_three(self):
        rows: list[dict[str, str]] = json.loads(EXAMPLES.read_text("utf-8"))
        results = [evolve(row["output"], row["instruction"], row["input"]) for row in rows]
        assert [rounds_won(result) for result in results] == [0, 1, 2, 2, 1, 0, 1, 1, 1, 3, 3, 0]
        assert {result["stop_reason"] for result in results} == {"not_improved"}

    def test_with_an_economical_judge_is_the_same(self):
        result = evolve(" it is hot rock", economy=True)
        assert result["response"] == "It is hot rock."
        judgement = result["rounds"][0]["judgements"]["judge_original_first"]
        assert judgement["text"] == "<assistant 2>"

    @pytest.mark.parametrize("system_role", ["native", "merge"])
    @pytest.mark.parametrize("input", ["", "A mountain."])
    def test_is_the_same_with_the_role_in_front_of_the_task(self, system_role: str, input: str):
        result = evolve("it is  hot rock", "Describe it.", input, system_role=system_role)
        assert result["response"] == "It is hot rock."

    @every_pack
    @pytest.mark.parametrize("mark", LAYOUT)
    def test_keeps_every_word_of_data_that_looks_like_a_prompt(self, mark: str, pack: str):
        response = f"so{mark}is  it{mark}with {{sample}} and all"
        result = evolve(response, f"Say{mark}what it is.", f"This{mark}here.", prompt_pack=pack)
        assert words(result["response"]) == words(response)

    @every_pack
    @pytest.mark.parametrize("framework", ["advise", "advise-blind", "edit"])
    @pytest.mark.parametrize("mark", LAYOUT)
    def test_alone_is_not_misled_by_them_either(self, mark: str, framework: Framework, pack: str):
        response = f"so{mark}is  it{mark}with {{sample}} and all"
        sample: Any = {"instruction": f"Say{mark}what.", "input": mark, "response": response}
        result = build(framework).invoke(sample, context=cast("Any", {"prompt_pack": pack}))
        if framework == "edit":  # it is not shown the response
            assert result["response"].startswith("No answer has been written yet to this task: Say")
        else:
            assert words(result["response"]) == words(response)

    text = st.text(max_size=60) | st.lists(
        st.sampled_from([*LAYOUT, "a, b, c, d and e", " 1. x 2. y", "```", "\n", "  ", LONG_LINE]),
        max_size=6,
    ).map("".join)

    @every_pack
    @settings(max_examples=60)
    @given(response=text, instruction=text, input=text)
    def test_settles_on_any_text_and_loses_no_word(
        self, pack: str, response: str, instruction: str, input: str
    ):
        result = evolve(response, instruction, input, prompt_pack=pack)
        assert result["stop_reason"] != "max_rounds"
        if response.strip():
            assert words(result["response"]) == words(response)


class TestModel:
    prompt: list[BaseMessage] = opening(
        Context(), "editor", PACK.tasks.editor,
        sample_values(PACK, "Say it.", "", " a  b\n\nc d e ")
        | {"adv_sugg": EVERYTHING, "pre_resp": " a  b\n\nc d e "},
    )  # fmt: skip

    def test_says_what_it_is(self):
        reply = RehearsalModel().invoke(self.prompt)
        assert reply.response_metadata["model_name"] == "rehearsal"
        assert reply.response_metadata["finish_reason"] == "stop"
        assert reply.usage_metadata is None
        assert "no language model" in str(RehearsalModel().asdict()["_type"])

    async def test_streams_the_same_text_word_by_word(self):
        model = RehearsalModel()
        whole = model.invoke(self.prompt)
        chunks: list[AIMessageChunk] = list(model.stream(self.prompt))
        assert [chunk.text for chunk in chunks if chunk.text] == ["A", " b", "\n\nc", " d", " e"]
        assert (await model.ainvoke(self.prompt)).text == whole.text == "A b\n\nc d e"
        assert "".join([chunk.text async for chunk in model.astream(self.prompt)]) == whole.text
        assert chunks[-1].response_metadata == whole.response_metadata

    def test_stops_where_it_is_told_to(self):
        assert RehearsalModel().invoke(self.prompt, stop=["d", "\n"]).text == "A b"
        assert "".join(each.text for each in RehearsalModel().stream(self.prompt, stop=["c"])) == (
            "A b\n\n"
        )

    def test_streams_even_an_empty_text(self):
        values = sample_values(PACK, "Say it.", "", "") | {"adv_sugg": KEEP, "pre_resp": ""}
        prompt = HumanMessage(fill(PACK.tasks.editor, values))
        assert [chunk.text for chunk in RehearsalModel().stream([prompt])] == [""]

    @pytest.mark.parametrize(
        "messages",
        [
            [],
            [AIMessage("### Response:")],
            [HumanMessage("Tell me a joke.")],
            [HumanMessage("Improve this.\n\n### Response:")],
            [HumanMessage("Which is better?\n\n[System]\nSay <assistant 1> or <assistant 2>.")],
            [HumanMessage("### Review from others:\nIt is good.\n\nIs this accurate?")],
            [HumanMessage("### Instruction:\nSing.\n\nIs this accurate?")],
        ],
    )
    def test_refuses_prompts_of_another_layout(self, messages: list[BaseMessage]):
        with pytest.raises(RehearsalError, match="laid out like those of the built-in pack"):
            RehearsalModel().invoke(messages)

    @pytest.mark.parametrize("unit", ["a", "a, b ", '". ', "1. a 2. b ", "```\n", " ", LAYOUT[0]])
    def test_reads_long_texts_in_linear_time(self, unit: str):
        start = time.perf_counter()
        edit(unit * (200_000 // len(unit)))
        judge(unit * (200_000 // len(unit)), PLAIN)
        assert time.perf_counter() - start < 10  # some 0.2 s; minutes if it were quadratic
