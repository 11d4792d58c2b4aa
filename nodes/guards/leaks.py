"""Leaks: words of the debate and of prompts that have got into a response."""

import re

from nodes.guards.cleaning import clean

_SCAFFOLDING = re.compile(
    r"""
    ^[ \t]*\#{1,6}[ \t]*\**(?:                          # headings of the prompts
        (?:revised|modified|edited|improved|updated|rewritten|previous|original|final)[ ]
            (?:response|answer)
      | (?:writing[ ])?suggestions | review[ ]from[ ]others | explanation[ ]of[ ]changes
      | (?:instruction|input|response)[ \t]*\**:
    )
  | \[(?:your|the|insert)?[ ]?(?:revised|modified|edited|improved)[ ](?:response|answer)[^\]\n]*\]
  | ^[ \t(*_\[]*(?:note|changes(?:[ ]made)?|explanation)[ ]?:
        .{0,80}\b(?:revis|modif|edit|rewr|suggest)
  | \b(?:the|this|my|your)[ ](?:revised|modified|edited|improved|updated|rewritten|previous)
        [ ](?:response|answer|version)\b
  | \b(?:based[ ]on|following|referring[ ]to|incorporating|per|considering|according[ ]to)
        [ ](?:the|these|your)[ ](?:above[ ]|given[ ]|writing[ ])*suggestions\b
  | \bwriting[ ]suggestions?\b
    """,
    re.IGNORECASE | re.MULTILINE | re.VERBOSE,
)
_ROLE_NAMES = re.compile(
    r"""
    \b(?i:reviewer[ ][12])\b
  | (?i:^[ \t>*_#]*(?:positive|critical)[ ](?:debater|reviewer)\b)
  | (?i:\bas[ ](?:a|an|the|your)[ ](?:(?:professional|experienced|critical|optimistic)[ ])
        (?:editor|advisor|judge|debater|reviewer|person)\b)
  | (?i:\bassistant[ ][12](?:'s|\u2019s)?[ ](?:response|answer|is|provides|gives|offers|has)\b)
  | (?i:^[ \t>*_#]*(?:debater|advisor|editor|judge)[ ]?(?:[12])?[*_]*:)
  | ^[ \t]*(?:ASSISTANT|USER|SYSTEM|HUMAN|GPT):
  | [ ](?:ASSISTANT|USER):(?=[ ]|$)
  | \A\s*(?i:(?:assistant|user|human|gpt|chatgpt|ai|bot|model)[ ]?:)
    """,
    re.MULTILINE | re.VERBOSE,
)
_TOKENS = re.compile(
    r"""
    <\|[a-z_0-9]+\|> | <\uff5c[^<>\n]{1,40}\uff5c>      # ChatML, Llama 3, DeepSeek
  | </s>\s*\Z | </s>(?=[ ]?(?:USER|<s>))
  | \[/?INST\] | <</?SYS>>
  | <(?:start|end)_of_turn> | </?think> | <(?:bos|eos|pad|unk)>
    """,
    re.VERBOSE,
)


def has_scaffolding(response: str, original: str = "") -> bool:
    """Whether what editors say around a response has got into it."""
    if clean(response, original).text != response:
        return True
    return _is_new(_SCAFFOLDING, response, original)


def has_role_names(response: str, original: str = "") -> bool:
    """Whether the debate's people, chat roles or tokens of a chat template have got into it."""
    return _is_new(_ROLE_NAMES, response, original) or _is_new(_TOKENS, response, original)


def _is_new(pattern: re.Pattern[str], response: str, original: str) -> bool:
    return bool(pattern.search(response)) and not pattern.search(original)
