"""Datasets and experiments in LangSmith: `coevol langsmith push` and `evaluate`."""
