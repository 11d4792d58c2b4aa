"""Patterns of instructions' checkable demands: word counts, capitals, commas, quoted words."""

import re

SMALL = ("one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")
_N = rf"(?P<n>\d{{1,4}}|{'|'.join(SMALL)})"
_WORDS = r"[ ]words?\b(?![ ](?:per|each|for[ ]each|that|which|starting|beginning|related|with|sea))"
EACH = re.compile(
    r"\b(?:each|every|per|both)\b|\bwords? (?:with|in|of|that) |\b(?:title|sentence|line|password"
    r"|name|headline|slogan)s?\b[^.\n]{0,30}\bwords\b",
    re.IGNORECASE,
)
"""Signs that a count is about a part of the response ("each", "per"), not about all of it."""
EXACTLY = re.compile(rf"\b(?:in|using|with)[ ]exactly[ ]{_N}{_WORDS}", re.IGNORECASE)
AT_MOST = re.compile(
    rf"\b(?:at[ ]most|no[ ]more[ ]than|not[ ]more[ ]than|(?:a[ ])?max(?:imum)?(?:[ ]of)?"
    rf"|up[ ]to|not[ ]exceed(?:ing)?|within)[ ]{_N}{_WORDS}"
    rf"|\bin[ ](?P<less>\d{{1,4}})[ ]words[ ]or[ ](?:less|fewer)\b",
    re.IGNORECASE,
)
FEWER = re.compile(
    rf"\b(?<!no[ ])(?:fewer|less)[ ]than[ ]{_N}{_WORDS}|\bunder[ ](?P<less>\d{{1,4}}){_WORDS}",
    re.IGNORECASE,
)
AT_LEAST = re.compile(
    rf"\b(?:at[ ]least|no[ ](?:less|fewer)[ ]than|(?:a[ ])?minimum(?:[ ]of)?)"
    rf"[ ](?P<n>\d{{2,4}}){_WORDS}"
    rf"|\b(?P<less>\d{{1,4}})[ ]words[ ]or[ ]more\b",
    re.IGNORECASE,
)
BULLETS = re.compile(
    rf"\bexactly[ ]{_N}[ ](?:bullet(?:[ ]points?|s)|bulleted)\b"
    rf"|\b(?:in|as|into)[ ]{_N.replace('<n>', '<less>')}[ ]bullet[ ]points\b",
    re.IGNORECASE,
)
BULLET = re.compile(r"^[ \t]*[-*+\u2022][ \t]+\S", re.MULTILINE)
CAPITALS = re.compile(
    r"\b(?:in[ ]|using[ ](?:only[ ])?)(?:english[ ](?:and[ ])?(?:in[ ])?)?(?:all[ ](?:caps\b"
    r"|capitals\b|capital[ ]letters|capitalized[ ]letters|uppercase)"
    r"|(?:only[ ])(?:capital|uppercase)[ ]letters|capital[ ]letters[ ]only)"
    r"|\ball[ ]capital[ ]letters\b[.,]",
    re.IGNORECASE,
)
SMALL_LETTERS = re.compile(
    r"\bin[ ](?:english[ ](?:and[ ])?(?:in[ ])?)?(?:all[ ]lower[- ]?case\b"
    r"|lowercase[ ]letters[ ]only|only[ ]lowercase)"
    r"|\ball[ ]lowercase[ ]letters\b|\bno[ ]capital[ ]letters\b",
    re.IGNORECASE,
)
OF_WORDS = re.compile(
    r"\bwords?\b[^.]{0,60}\b(?:capital|caps|upper)|\b(?:some|few)\b", re.IGNORECASE
)
NO_COMMAS = re.compile(
    r"\b(?:not[ ]use|without[ ](?:using[ ])?|refrain[ ]from[ ](?:using|the[ ]use[ ]of)"
    r"|avoid[ ]using|n't[ ]use)[ ]?(?:any[ ])?commas\b",
    re.IGNORECASE,
)
_QUOTED = (
    r"(?:words?|keywords?|phrases?|terms?)[ ]"
    r"(?P<quoted>[\"'\u201c\u2018][^\n;]{1,80}[\"'\u201d\u2019])"
)
INCLUDES = re.compile(
    rf"\b(?:includ(?:e|es|ing)|contain(?:s|ing)?|mention(?:ing)?|us(?:e|es|ing)"
    rf"|incorporat(?:e|ing))[ ](?:the[ ](?:following[ ])?)?{_QUOTED}",
    re.IGNORECASE,
)
LEAVES_OUT = re.compile(
    rf"\b(?:(?:not|never|n't|avoid)[ ](?:includ(?:e|ing)|contain(?:ing)?"
    rf"|mention(?:ing)?|us(?:e|ing))|without[ ](?:using|mentioning|including)|omitting)"
    rf"[ ](?:any[ ]of[ ])?(?:the[ ])?{_QUOTED}",
    re.IGNORECASE,
)
QUOTATION = re.compile(r"\"([^\"]+)\"|'([^']+)'|\u201c([^\u201d]+)\u201d|\u2018([^\u2019]+)\u2019")
LINKS = re.compile(r"(?:[\s,]|\band\b)*")
ALTERNATIVE = re.compile(r"(?:and/)?or\b", re.IGNORECASE)
NOT = re.compile(r"(?:\bnot|n't|\bnever|\bwithout|\bavoid)\b[^.\n]{0,12}\Z", re.IGNORECASE)
