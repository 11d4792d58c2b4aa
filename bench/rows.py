"""Rows of made-up words, as long as Alpaca's, the same for the same seed.

python -m bench.rows 300 > /tmp/rows.jsonl
"""

import json
import sys
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from random import Random
from typing import Any

_TEXT = """
    about after again air always and answer any are around ask away back base because been before
    begin behind below best between body book both boy bridge bring build busy but call came can
    carry cause certain change check children city clean clear close cold colour come common could
    country course cover cut dark day deep did direct distance does door down draw dry during each
    early earth east easy eat effect end enough even ever every example explain eye face fact fall
    family far fast feel few field figure final find fire first fish five flat follow food foot
    force form four free friend from front full game garden gather general give glass go gold good
    ground group grow had half hand happen hard have head hear heat heavy help here high hold home
    horse hot hour house how hundred idea if in inch instead island it just keep kind king know
    land language large last late laugh lay lead learn leave left less letter life light line list
    listen little live long look love low machine made main make many map mark matter mean measure
    minute money moon more morning most mother mountain move much music must name near need never
    new next night north note nothing number object ocean of off often old on one open or order
    other out over own page paper part pass pattern people perhaps person picture piece place plain
    plan plant play point power problem produce pull question quick rain reach read ready real
    reason red rest river road rock room round rule run said same sea second see seem sentence set
    several shape ship short should show side simple since sing size sleep slow small snow some
    song soon sound south space special spell stand star start state stay step still stone stop
    story street strong study such sun sure surface system table take talk teach tell ten than that
    the their them then there these they thing think this those though thought thousand three
    through time to together too took top toward town travel tree true try turn two under unit
    until up use usual very voice vowel wait walk want warm was watch water wave way we week weigh
    well went were west what wheel when where which while white who whole why will wind with wonder
    wood word work world would write year yes yet you young your
"""
_WORDS = _TEXT.split()
_TASKS = (
    "Explain how to",
    "Write a short story in which you",
    "List reasons to",
    "Describe why we",
)
_LONG = 0.01
"""Share of responses of some thousand characters."""


def rows(seed: int = 0, *, short: bool = False) -> Iterator[dict[str, Any]]:
    """Yield Alpaca rows without end; short ones have a response of a few words and no input."""
    random = Random(seed)
    while True:
        task = f"{random.choice(_TASKS)} {prose(random, 8)}"
        given = "" if short or random.random() < 0.6 else prose(random, random.randint(4, 20))
        response = prose(random, random.randint(4, 10) if short else _response_words(random))
        yield {"instruction": task, "input": given, "output": response}


def prose(random: Random, words: int) -> str:
    """Sentences of a dozen words each, `words` words in all."""
    picked = random.choices(_WORDS, k=words)
    pieces = [" ".join(picked[start : start + 12]) for start in range(0, words, 12)]
    return ". ".join(piece.capitalize() for piece in pieces) + "."


def take_rows(data: Path | None, count: int) -> list[dict[str, Any]]:
    """Take the first rows of a JSON list, or made-up ones if there is no such file."""
    if data is None:
        return list(islice(rows(), count))
    return json.loads(data.read_text("utf-8"))[:count]


def _response_words(random: Random) -> int:
    """Alpaca's lengths: about exponential around 270 characters, and now and then a long one."""
    if random.random() < _LONG:
        return random.randint(300, 800)
    return 1 + int(random.expovariate(1 / 46))


if __name__ == "__main__":
    for row in islice(rows(), int(sys.argv[1])):
        print(json.dumps(row))
