"""Wording of remarks: how editors comment on an edit after it. Pieces for verbose patterns.

A remark begins a line or a sentence. HEAD and CLOSER match only comments on an edit; a NOTE ("Note
that ...") may belong to the response, and is a remark only if ABOUT_EDIT matches, too.
"""

from nodes.guards.wording import (
    CHANGES_EN,
    EDITED,
    EDITED_DE,
    EDITED_EN,
    EDITED_ES,
    EDITED_FR,
    EDITED_ZH,
    I_EDITED,
    OPENERS,
    REWORKED,
    SUGGESTIONS,
    WORKS_EN,
)

_MARK = r"[ \t]*(?:[-*_]{3,}[ \t]*\n+[ \t]*)?[>\#*_(\[\uff08\u3010]*[ \t]*"
"""The start of a line: an optional rule above it, heading marks, stars or a bracket."""
_EDITED_ADJECTIVES = "revised|modified|edited|updated|improved|rewritten|refined|enhanced"
_REVISED = rf"{REWORKED}|restructured|updated|refactored"
_REQUEST = r"(?:requests?|instructions?|requirements?|criteria|prompt|task|suggestions?)"
_LISTS = rf"""
    (?:(?:list|summary|overview|explanation|breakdown)[ ]of[ ](?:the[ ]|my[ ]|key[ ])?{CHANGES_EN}
      |{CHANGES_EN}[ ](?:made|applied|include|incorporated)
      |(?:key|main|notable|specific)[ ](?:changes|modifications|revisions|edits)
      |key[ ]improvements[ ]made
      |(?:revision|editor(?:'s|ial)?)[ ]notes?|change[ ]?log|what(?:[ ]I|['\u2019]s)?[ ]changed
      |(?:principales[ ])?(?:modifications|changements|améliorations)[ ](?:apporté|effectué)e?s
      |explication[ ]des[ ](?:modifications|changements)
      |(?:vorgenommene|durchgeführte|wichtigste)[ ](?:Änderungen|Anpassungen|Verbesserungen)
      |erläuterung(?:en)?[ ](?:der|zu[ ]den)[ ](?:Änderungen|Anpassungen) | änderungen(?=\**:)
      |(?:principales[ ])?(?:cambios|modificaciones|mejoras)[ ](?:realizad|hech|efectuad
        |aplicad)[ao]s
      |explicación[ ]de[ ](?:los|las)[ ](?:cambios|modificaciones|mejoras)
      |(?:主要|具体)?(?:的)?(?:修改|改动|修订|更改|改进|調整|调整)(?:说明|說明|内容|內容|之处|要点|点|如下)
      |(?:主要|具体)(?:的)?(?:修改|改动|修订|更改|调整)
    )\**[ ]?[:\uff1a\n]"""
_SENTENCES = rf"""
    (?:I|We)(?:['\u2019]ve|[ ]have)?[ ](?:also[ ])?(?:made|implemented|incorporated|applied)[ ]
        [^\n.:]{{0,40}}\b{CHANGES_EN}\b
  | (?:here|below)[ ](?:are|is)[ ][^\n.:]{{0,40}}\b{CHANGES_EN}[ ](?:I|that|made|to)\b
  | (?:the|these|those|some[ ]of[ ]the)[ ](?:main[ ]|key[ ])?{CHANGES_EN}
        [ ](?:I[ ]made|made|include|are|were|make|help|ensure|aim|address|improve|should|will)\b
  | by[ ](?:making|incorporating|implementing|following)[ ](?:these|the|those)[ ](?:{CHANGES_EN}
        |suggestions)
  | (?:this|the|my|your)[ ](?:(?:{_EDITED_ADJECTIVES})
        [ ](?:and[ ]\w+[ ])?(?:response|version|answer|reply|text))\b
  | in[ ](?:this|the|my)[ ](?:{EDITED_EN}|(?:version|response|edit|revision|rewrite),[ ]I)\b
  | in[ ]response[ ]to[ ]your[ ](?:request|feedback),?[ ]I[ ](?:added|made|changed|replaced
        |removed)\b
  | this[ ]is[ ]an[ ]improvement[.!]
  | I(?:['\u2019]ve|[ ]have)?[ ](?:also[ ])?made[ ]sure[ ](?:that[ ])?the[ ](?:response|answer
        |sentence|text)\b
  | the[ ]following[ ]{CHANGES_EN}[ ](?:were|have[ ]been)[ ]made
  | I[ ]hope[ ](?:that[ ])?(?:this|the|my)[ ](?:{EDITED_EN}|response|revision|rewrite)
  | {I_EDITED}[^\n]{{0,120}}\b(?:response|answer|suggestions?|feedback|version|original|clarity
        |wording
        |réponse|version|suggestions|Antwort|Vorschl|Fassung|respuesta|sugerencias|回复|回答|回覆|建议)
  | I(?:['\u2019]ve|[ ]have)?[ ](?:added|removed|included|addressed|kept|clarified|followed
        |incorporated)[ ]
        [^\n]{{0,100}}\b(?:the[ ]response|the[ ](?:writing[ ])?suggestions?|previous[ ]response
        |your[ ]feedback)
  | (?:this|the)[ ](?:response|answer|version)[ ]now[ ]\w+s\b
  | (?:(?:this|the)[ ](?:\w+[ ])?(?:response|answer|version|revision|edit|rewrite)
        |this[ ](?:\w+[ ])?(?:{WORKS_EN}))
        [ ](?:now[ ])?(?:\w+ly[ ])?(?:addresses|meets|fulfill?s|satisfies|follows|completes
        |adheres[ ]to|complies[ ]with)[ ](?:all[ ])?(?:of[ ])?(?:the|your)[ ]
        (?:given[ ]|provided[ ]|original[ ]|user(?:'s|\u2019s)[ ])?(?:writing[ ])?{_REQUEST}\b
  | this[ ](?:function|code|script|program|snippet|query)[ ](?:now|correctly|accurately)[ ]\w+s\b
  | (?:(?:this|the)[ ](?:response|answer)|(?:this|the[ ](?:provided|given|above))[ ](?:{WORKS_EN}))
        [ ](?:has[ ]been|was)[ ](?:\w+ly[ ])?(?:{_REVISED})[ ](?:to|for|so|based|with|according)\b
  | [^\n.:]{{0,60}}\bI(?:['\u2019]ll|[ ]will|['\u2019]ve|[ ]have)?[ ](?:consider|follow|incorporat
        |use|adapt|appl|address|implement|adher)\w*[ ][^\n.:]{{0,30}}\b(?:the|these|your)[ ]
        (?:suggestions?[ ](?:provided|given|above|and)
          |(?:writing|above|given|provided)[ ]suggestions)
  | this[ ]version[ ](?:maintains|keeps|preserves|is[ ]more|improves)\b
  | this[ ]response[ ](?:now[ ]|also[ ]|\w+ly[ ])?(?!was\b)\w+s\b
  | this[ ](?:{_EDITED_ADJECTIVES})[ ](?:function|code|script|program|snippet|query|class|sentence
        |paragraph|story|poem|essay|letter|e-?mail|list|outline)[ ]
        (?:should|will|now|is|has|\w+s)\b
  | this[ ](?:modification|revision)[ ](?:uses|keeps|maintains|preserves)\b
  | (?:cette|esta)[ ]versi[oó]n[ ](?:est|es)[ ](?:plus|más)\b
  | I[ ]changed[ ]the[ ](?:phrase|word|sentence|wording)\b
  | the[ ]previous[ ]response[ ](?:was|is|I)\b
  | (?:J'ai|Nous[ ]avons)[ ](?:apporté|effectué)[^\n.:]{{0,40}}(?:modifications|changements
        |améliorations)
  | (?:Cette|La)[ ]{EDITED_FR} | J'espère[ ]que[ ](?:cette|la)[ ](?:{EDITED_FR}|réponse|révision)
  | Ich[ ]habe[ ][^\n.:]{{0,40}}(?:Änderungen|Anpassungen|Verbesserungen)\b
  | (?:Diese|Die)[ ]{EDITED_DE} | Ich[ ]hoffe,?[ ](?:dass[ ])?(?:diese|die)[ ](?:{EDITED_DE}
        |Antwort|Überarbeitung)
  | (?:He[ ](?:realizado|hecho)|Hice)[ ][^\n.:]{{0,40}}(?:cambios|modificaciones|mejoras)
  | (?:Esta|La)[ ]{EDITED_ES} | Espero[ ]que[ ](?:esta|la)[ ](?:{EDITED_ES}|respuesta|revisión)
  | 我(?:做了|进行了|對|对|作了)[^\n。]{{0,30}}(?:修改|改进|改動|改动|调整|更改|优化|润色)
  | (?:以上|这|這|上述)(?:就)?(?:是|为|為)?(?:个|個)?{EDITED_ZH} | 希望(?:这|這|以上)?(?:个
        |個)?{EDITED_ZH}
  | (?:这些|這些|以上)(?:修改|改进|改动|调整)"""
_ADVICE = r"(?:writing[ ])?suggestions?(?:[ ]for[ ]improvement)?|sugerencias|vorschläge|建议"
_CLOSERS = rf"""
    (?:(?:please[ ])?(?:let[ ]me[ ]know|feel[ ]free[ ]to|don['\u2019]t[ ]hesitate|if[ ]you
        |would[ ]you[ ]like
        |is[ ]there[ ]anything|do[ ]you[ ]want|happy[ ]to)\b
        [^\n]{{0,80}}?\b(?:further|more|additional|other|any|another)\b[^\n]{{0,20}}?
        \b(?:{CHANGES_EN}|revision|modification|change|edit|tweaks?|adjustment)\b)
  | (?:please[ ])?let[ ]me[ ]know[ ]if[ ](?:this|the)[ ](?:{EDITED_EN}|revision|response
        |works[ ]better)
  | let[ ]me[ ]know[ ]if[ ]you(?:['\u2019]d[ ]like|[ ]want)[ ](?:me[ ]to[ ]tweak|it[ ]to[ ]sound)\b
  | let[ ]me[ ]know[ ]if[ ]you[ ]need[ ]any[ ](?:{CHANGES_EN})\b
  | (?<=\n\n)you(?:['\u2019]re|[ ]are)[ ](?:very[ ]|most[ ])?welcome[.!]
  | souhait(?:ez-vous|es-tu)[ ]que[ ]je\b
  | (?:is[ ]there[ ]anything[ ](?:else[ ])?)(?:you['\u2019]d[ ]like[ ]me[ ]to
        |I[ ]should)[ ](?:change|revise|modify|edit|improve)
  | (?:n'hésitez[ ]pas|faites-moi[ ]savoir|dites-moi|si[ ]vous)[^\n]{{0,80}}(?:modifications?
        |changements?|ajustements?|révisions?)
  | (?:lass(?:en[ ]Sie)?[ ](?:es[ ])?mich|sag(?:en[ ]Sie)?|wenn[ ](?:Sie|du)
        |falls)[^\n]{{0,80}}(?:Änderung|Anpassung|Überarbeitung)
  | (?:av[íi]s[ae]me|hazme[ ]saber|h[áa]game[ ]saber|d[ée]jame[ ]saber|no[ ]dud[ae]s?[ ]en
        |si[ ](?:necesitas|quieres|desea)|dime)
        [^\n]{{0,80}}(?:cambios?|modificaci[óo]n(?:es)?|ajustes?|revisi[óo]n(?:es)?)\b
  | (?:如果|如|若)(?:您|你)?[^\n。]{{0,20}}(?:修改|调整|調整|改进)[^\n]{{0,40}} | (?:请
        |請)(?:告诉|告訴
        |告知)我[^\n。]{{0,30}}(?:修改|调整)"""
_NOTES = r"""
    (?:(?:please[ ])?note(?:s)?(?:[ ]that)?|n\.?b\.?|p\.?[ ]?s\.?|explanation|rationale|reasoning
        |justification|comments?
      |remarque|explication|hinweis|anmerkung|erläuterung|erklärung|begründung|nota|explicación
      |注|注意|备注|備註|说明|說明|解释|解釋)[*_]{0,2}[ ]?(?:[:\uff1a]|that\b|[ ](?=I[ ]))"""
ABOUT_EDIT = rf"""
    {EDITED} | {SUGGESTIONS} | {I_EDITED}
  | \bI(?:['\u2019]ve|[ ]have)?[ ](?:also[ ])?made[ ][^\n.:]{{0,40}}\b{CHANGES_EN}\b
  | \bI(?:['\u2019]ve|[ ]have)?[ ](?:also[ ])?(?:made|added|removed|chang\w+|kept|clarif\w+
        |shorten\w+|includ\w+|address\w+
        |correct\w+|replac\w+|us)\w*\b[^\n]{{0,100}}\b(?:response|answer|text|sentence|suggestion
        |version|wording|clarity|example|detail|tone|grammar)
  | \b(?:the|this|my|your)[ ](?:previous|original|revised|above)?[ ]?(?:response|answer|version
        |text|sentence|paragraph)[ ]
        (?:now|has[ ]been|have[ ]been|was|were)\b[^\n]{{0,60}}(?:edit|revis|modif|rewr|chang|includ
        |clear|concise|more|updat|short|expand)
  | \b(?:the|this|provided)[ ](?:\w+[ ])?(?:{WORKS_EN})[ ](?:has[ ]been|was)[ ](?:\w+ly[ ])?
        (?:{_REVISED})\b
  | \b(?:the|this)[ ]response[ ]now\b | \b(?:previous|original)[ ]response\b
        | \bwriting[ ]suggestions?\b
  | \b(?:the[ ]|these[ ]|this[ ]|some[ ])(?:{CHANGES_EN}|suggestions?)[ ](?:made|was|were|have|has
        |that|beyond|to[ ]the|above|provided)
  | \b(?:la|cette)[ ]réponse\b[^\n]{{0,80}}(?:été|maintenant|révis|modifi|désormais)
        | \bles[ ]suggestions\b
  | \b(?:die|diese)[ ]Antwort\b[^\n]{{0,80}}(?:wurde|jetzt|nun|überarbeitet) | \bdie[ ]Vorschläge\b
  | \b(?:la|esta)[ ]respuesta\b[^\n]{{0,80}}(?:ahora|ha[ ]sido|fue|modific|revis)
        | \blas[ ]sugerencias\b
  | (?:回复|回答|答案|原文|文本|内容)[^\n]{{0,20}}(?:已|进行|作了)[^\n]{{0,10}}(?:修改|改进
        |调整|更新|优化) | (?:修改|改进|调整
        |优化)(?:了|后)
    """
HEAD = rf"{_MARK}(?:{OPENERS}?(?:{_LISTS}|{_SENTENCES}))"
CLOSER = rf"{_MARK}(?:{_CLOSERS})"
NOTE = rf"{_MARK}(?:{_NOTES})"
ADVICE = rf"{_MARK}(?:{_ADVICE})[*_]*[ ]?[:\uff1a][*_]*[ \t]*\n+[ \t]*(?:[-*\u2022]|\d)"
"""A heading over a list of suggestions, which repeat the advisor's or are the editor's own."""
HANDED_OVER = (
    rf"^[ \t]*(?:\#{{1,6}}[ ]*)?[*_]*(?:(?:revised|modified|edited|updated|improved|final"
    rf"|new)?[ ]*(?:previous[ ])?"
    rf"response|{EDITED})[*_]*[ ]?[:\uff1a]"
)
"""A label such as "Revised response:", after which the response itself follows."""
