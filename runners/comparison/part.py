"""A piece of compare.json, or of calibrate.json."""

from pydantic import BaseModel, ConfigDict


class FilePart(BaseModel):
    """A piece of such a file: it has the fields that are named, and no others."""

    model_config = ConfigDict(extra="forbid")
