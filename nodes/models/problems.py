"""The error for a model that can't be used, raised before it is called."""


class ModelError(ValueError):
    """A model can't be made; the message says which one and what to do."""
