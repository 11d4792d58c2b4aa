"""Wording: how editors refer to their own work, in five languages. Pieces of patterns.

They match phrases that only an editor uses ("the revised response"), not ones that fit any answer
("the answer", "the final version"). Spaces are escaped, so that the pieces can be used in verbose
patterns.
"""


def _escaped(piece: str) -> str:
    return piece.replace(" ", "\\ ")


_KINDS = (
    "revised|modified|edited|improved|updated|refined|rewritten|enhanced|polished|corrected|amended"
    "|reworked|adjusted|expanded|rephrased|reworded|optimi[sz]ed"
)
KIND = rf"(?:(?:{_KINDS}|new|final)\s+)"
"""Adjectives for a response that is handed over, each with the space after it."""
RESPONSE_EN = rf"{KIND}(?:and\s+{KIND})?(?:previous\s+|original\s+)?response"
EDITED_EN = _escaped(
    rf"(?:{_KINDS})\s+[^\n:.]{{0,40}}?(?:response|version|answer|text|rewrite|reply|draft|output)"
)
EDITED_FR = _escaped(
    r"(?:réponse|version|texte)\s+(?:précédente?\s+)?(?:et\s+)?"
    r"(?:révisé|modifié|amélioré|corrigé|édité|remanié|retravaillé|reformulé|mise? à jour"
    r"|réécrit)e?"
)
EDITED_DE = _escaped(
    r"(?:überarbeitete|verbesserte|geänderte|bearbeitete|modifizierte|aktualisierte|korrigierte"
    r"|angepasste|optimierte|umgeschriebene|revidierte)[nrms]?\s+(?:vorherige\s+)?"
    r"(?:Antwort|Version|Fassung|Text)"
)
EDITED_ES = _escaped(
    r"(?:respuesta|versión|texto)\s+(?:anterior\s+)?"
    r"(?:mejor\s+)?(?:revisad|modificad|mejorad|editad|actualizad|corregid|ajustad|reformulad"
    r"|optimizad|reescrit|ampliad|redactad|pulid)"
    r"[ao]"
)
_VERB_ZH = (
    "(?:修改|改进|改進|修订|修訂|优化|優化|更新|润色|潤色|完善|改写|改寫|编辑|編輯|调整|調整)"
)
_NOUN_ZH = "(?:回复|回覆|回答|答案|版本|答复|答覆|回应|回應|响应|響應|(?:完整)?内容|文本)"
EDITED_ZH = rf"{_VERB_ZH}(?:过|過)?(?:后|後)?的?(?:先前|之前|上述)?的?{_NOUN_ZH}"
EDITED = rf"(?:{EDITED_EN}|{EDITED_FR}|{EDITED_DE}|{EDITED_ES}|{EDITED_ZH})"

REWORKED = (
    "revised|rewritten|refined|polished|modified|edited|improved|corrected|reworked|rephrased"
    r"|reworded|cleaned[ -]up"
)
"""Participles for what has become of a text."""
WORKS_EN = (
    "sentence|statement|question|query|paragraph|passage|text|summary|description|title|headline"
    "|slogan|list|outline|plan|poem|story|essay|article|review|letter|e-?mail|message|script"
    "|dialogue|code|function|program|snippet|class|instruction|example|metaphor"
)
"""What responses may be, so that an editor speaks of the edit as one of them."""
REWORK_EN = _escaped(rf"(?:{REWORKED})(?:,? (?:and|more) \w+){{0,2}}")
"""Adjectives for an edit, whatever it is an edit of."""
LABELLED_EN = _escaped(rf"(?:{REWORKED}) (?:{WORKS_EN})s?")
"""Such as "revised sentence", which is a label if a colon follows."""

OPENERS = _escaped(
    r"(?:(?:sure(?: thing)?|certainly|of course|absolutely|okay|ok|great|understood|got it"
    r"|no problem"
    r"|thank you[^\n.!:]{0,60}|bien sûr|certainement|d'accord|voilà|gerne|natürlich|sicher|klar"
    r"|alles klar|¡?claro(?: que sí)?|¡?por supuesto|desde luego|de acuerdo"
    r"|好的|当然(?:可以)?|當然(?:可以)?|没问题|可以)[ ]?[,.!\uff0c\uff01\u3002]*\s*)"
)
"""Openers, such as "Sure," or "Of course!"."""
PRESENTS = _escaped(
    r"(?:here(?:'s|\u2019s| is| are)|below is|below you'?ll find|the following is|this is"
    r"|please find|voici|voilà|ci-dessous|hier(?: ist|:| kommt| finden)|nachfolgend|im folgenden"
    r"|nachstehend|unten (?:ist|finden)|aquí (?:está|tienes?|te dejo|va)|a continuación|esta es"
    r"|(?:以下|下面|这|這)(?:就)?是|以下为|以下為)"
)
"""Phrases that present what follows, such as "Here is"."""
HANDS_OVER = _escaped(
    r"(?:here(?:'s|\u2019s| is| are)|below is|please find|voici|hier (?:ist|kommt)"
    r"|aquí (?:está|tienes?|te dejo)|以下是|以下为|以下為)"
)
"""Those that can't begin a description, as "This is an improved version of the lamp." can."""
SUGGESTIONS = _escaped(
    r"(?:(?:based on|following|considering|incorporating|referring to|per|given|using|according to"
    r"|in (?:line|accordance) with|taking into account|with)\s+(?:all\s+)?(?:of\s+)?"
    r"(?:the|these|your|those)\s+(?:above\s+|given\s+|provided\s+|writing\s+|improvement\s+)*"
    r"(?:suggestions?|feedback|recommendations)"
    r"|(?:根据|根據|按照|参考|參考|基于|依据)[^\n。\uff1a:]{0,12}(?:建议|建議|意见|意見)"
    r"|(?:selon|suivant|d'après|sur la base de|en tenant compte de)\s+(?:les|vos|ces|des)\s+"
    r"(?:suggestions|recommandations)"
    r"|(?:basierend auf|anhand|gemäß|entsprechend|unter berücksichtigung)\s+(?:den|der|ihren"
    r"|deinen)"
    r"\s+(?:\w+\s+)?(?:vorschläge|anregungen|hinweise)n?"
    r"|(?:según|siguiendo|basándome en|teniendo en cuenta|de acuerdo con)\s+(?:las|tus|sus"
    r"|estas)\s+"
    r"(?:sugerencias|recomendaciones))"
)
"""References to the advisor's suggestions, such as "Based on the suggestions"."""
CHANGES_EN = (
    r"(?:changes|modifications|revisions|edits|improvements|adjustments|refinements|updates)"
)
I_EDITED = _escaped(
    r"(?:I(?:['\u2019]ve| have)?\s+(?:also\s+|carefully\s+|slightly\s+)?"
    r"(?:revised|rewritten|rewrote|modified|edited|reworked|improved|refined|updated|polished"
    r"|adjusted|amended|rephrased|reworded|restructured|expanded)\b"
    r"|我(?:已经?|已)?(?:对|將|将|根据|按照|把)[^\n。]{0,30}"
    rf"{_VERB_ZH}"
    r"|J'ai\s+(?:également\s+)?(?:révisé|modifié|amélioré|corrigé|reformulé|réécrit|retravaillé)"
    r"|Ich habe\b[^\n.]{0,60}\b(?:überarbeitet|geändert|verbessert|angepasst|umformuliert)"
    r"|He\s+(?:revisado|modificado|mejorado|editado|corregido|ajustado|reformulado|reescrito))"
)
"""First-person statements of having edited, such as "I have revised"."""
