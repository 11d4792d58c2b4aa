"""Models: a model string and settings become a chat model; its message becomes an answer.

Start with `models.py`. Each way to call a model has a file of its own.
"""
