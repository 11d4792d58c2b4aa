"""Traces of a run: one tree per row, for LangSmith and OpenTelemetry. They never harm the run."""
