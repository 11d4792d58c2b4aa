"""Datasets, experiments and reviews in LangSmith: `coevol langsmith push`, `evaluate`, `queue`."""
