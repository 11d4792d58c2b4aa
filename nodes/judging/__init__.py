"""Judging: what a judge's words say about two responses. Pure. Begin with `ruling.py`.

A verdict is a statement of a verdict, on the first or on the last line of an answer; a name in a
description is none. `lines` finds the two lines, `statement` reads a line that is a verdict,
`sentence` one that compares, `phrases` the verdicts of a prompt pack in another language. `fitness`
tells from counts of verdicts whether they carry information.
"""
