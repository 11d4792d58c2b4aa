"""Figures of the report, one file each, drawn with matplotlib without display or global state."""
