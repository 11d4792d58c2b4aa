"""Traces of a run in LangSmith: a tree for each row, that never harm the run."""
