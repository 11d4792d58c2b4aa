"""The settings of section 4.1, by name. Imports nothing heavy: every command imports it."""

from typing import Literal

OnePass = Literal["edit", "advise-blind", "advise", "debate"]
"""A framework that makes one pass without a judge."""
Framework = Literal[OnePass, "coevol"]
"""A setting of section 4.1, in the order of Table 3."""
FRAMEWORKS: tuple[Framework, ...] = ("edit", "advise-blind", "advise", "debate", "coevol")
