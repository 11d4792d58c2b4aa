"""The options of a run, each declared once for command line, Python, recipes and environment."""
