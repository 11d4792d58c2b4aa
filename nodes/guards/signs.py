"""Signs: words of which every match of a pattern contains at least one.

The guards' patterns are large, slow and rarely match. Looking for their signs first is much faster
and skips nearly every search. tests/nodes/guards/test_signs.py derives from the patterns that no
match lacks a sign.
"""

from functools import lru_cache


class Signs:
    """A set of lower-case words. Non-ASCII ones are not looked for in ASCII text."""

    def __init__(self, *words: str) -> None:
        self.words = words
        self._plain = tuple(word for word in words if word.isascii())

    def are_in(self, text: str) -> bool:
        """Whether a text has any of the words, in any case."""
        return _are_in(self, text)

    def look(self, text: str) -> bool:
        """The same, without the cache."""
        lowered = text.lower()
        words = self._plain if lowered.isascii() else self.words
        return any(map(lowered.__contains__, words))


@lru_cache(maxsize=128)
def _are_in(signs: Signs, text: str) -> bool:
    """`Signs.look`, cached: several guards ask the same about an edit."""
    return signs.look(text)


_EDITED = (
    *("revis", "modif", "edited", "improv", "updat", "refine", "rewr", "enhanc", "polish"),
    *("corrected", "amend", "rework", "adjust", "expand", "rephras", "reword", "optimi"),
    *("restructur", "amélior", "corrig", "édité", "remanié", "retravaill", "reformul", "à jour"),
    *(
        "réécrit",
        "révis",
        "überarbeitet",
        "revidiert",
        "verbesser",
        "geändert",
        "bearbeitet",
        "aktualisiert",
    ),
    *("korrigiert", "angepasst", "umgeschrieben", "umformuliert", "mejora", "editad"),
    *(
        "actualizad",
        "corregid",
        "ajustad",
        "reescrit",
        "ampliad",
        "redactad",
        "pulid",
        "修改",
        "改进",
        "改進",
        "修订",
        "修訂",
    ),
    *(
        "优化",
        "優化",
        "更新",
        "润色",
        "潤色",
        "完善",
        "改写",
        "改寫",
        "编辑",
        "編輯",
        "调整",
        "調整",
    ),
)
"""Stems of `wording.EDITED` and `wording.I_EDITED`."""
HEAD = Signs(
    *_EDITED,
    *("changes", "changed", "edits", "changelog", "change log", "editor", "suggestion"),
    *("made sure", "i hope", "the response", "previous response", "your feedback"),
    *(
        "response now",
        "answer now",
        "version now",
        "version, i",
        "this version",
        "this response",
        "cette versi",
        "esta versi",
        "response, i",
        "changements",
        "j'espère",
        "änderungen",
    ),
    *("anpassungen", "ich hoffe", "cambios", "espero que", "更改", "改动", "改動"),
    *("this function ", "this code ", "this script ", "this program ", "this snippet "),
    *("this query ", "refactor", "cleaned"),
    *("edit, i", "rewrite, i", "in response to your", "this is an improvement"),
    *("addresses", "meets", "fulfil", "satisfies", "follows", "completes", "adheres", "complies"),
)
"""Of `remark_wording.HEAD`."""
CLOSER = Signs(
    *("let me know", "feel free to", "hesitate", "if you", "would you like", "is there anything"),
    *("do you want", "happy to", "modif", "changement", "ajuste", "révision", "änderung"),
    *("anpassung", "überarbeitung", "cambio", "revisi", "修改", "调整", "調整", "改进"),
    *("welcome", "souhait"),
)
"""Of `remark_wording.CLOSER`."""
NOTE = Signs(
    *("note", "nb", "n.b", "ps", "p s", "p.s", "p. s", "explanation", "rationale", "reasoning"),
    *("justification", "comment", "remarque", "explication", "hinweis", "anmerkung"),
    *("erläuterung", "erklärung", "begründung", "nota", "explicación", "注", "备注", "備註"),
    *("说明", "說明", "解释", "解釋"),
)
"""Of `remark_wording.NOTE`."""
ADVICE = Signs("suggestion", "sugerencias", "vorschläge", "建议")
"""Of `remark_wording.ADVICE`."""
SCAFFOLDING = Signs(
    *("#", "**", "suggestions", "original response", "previous response"),
    *("revised response", "modified response", "edited response", "improved response"),
    *("updated response", "rewritten response"),
    *("revised answer", "modified answer", "edited answer", "improved answer"),
    *("réponse précédente", "vorherige", "respuesta anterior", "写作建议"),
    *("referring to", "feedback on"),
)
"""Of the pattern for scaffolding in `leaks`."""
ABOUT_RESPONSE = Signs(
    *("suggestion", "ways", "response", "la respuesta ", "la réponse ", "die antwort "),
)
"""Of the talk about responses in `leaks`."""
ANOTHER_VERSION = Signs("here's", "here\u2019s", "here is", "below is")
"""Of another version in `leaks`."""
PEOPLE = Signs(
    *("reviewer 1", "reviewer 2", "assistant 1", "assistant 2", "positive debater"),
    *("positive reviewer", "critical ", "experienced ", "optimistic ", "professional "),
)
"""Of `leaks.PEOPLE`."""
SPEAKERS = Signs(
    *("debater", "advisor", "editor", "judge", "assistant:", "assistant :", "user:", "user :"),
    *("system:", "human:", "human :", "gpt:", "gpt :", "ai:", "ai :", "bot:", "bot :"),
    *("model:", "model :"),
)
"""Of the pattern for chat roles in `leaks`."""
