"""Figures of the report, a file each; drawn by matplotlib without a display or global state."""
