"""The base of all parts of compare.json and calibrate.json."""

from pydantic import BaseModel, ConfigDict


class FilePart(BaseModel):
    """A part of such a file. Unknown fields are an error."""

    model_config = ConfigDict(extra="forbid")
