"""Models: a model string and its settings become a chat model, and its message an answer.

Begin with `models.py`; each way to call a model has a file of its own.
"""
