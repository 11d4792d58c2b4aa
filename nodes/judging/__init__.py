"""Judging: reads verdicts from a judge's words. Pure. Start with `ruling.py`.

A verdict must be stated on the first or the last line of an answer; naming an assistant in passing
does not count. `lines` finds the two lines, `statement` reads a line that is a verdict, `sentence`
a line that compares, `phrases` the verdicts of a prompt pack in another language. `fitness` tells
from counts of verdicts whether they carry information.
"""
