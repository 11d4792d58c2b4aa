"""What can be wrong with a model before it is called."""


class ModelError(ValueError):
    """A model that can't be made; the message says which and what to do."""
