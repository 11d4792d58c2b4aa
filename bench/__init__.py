"""Measurements: what a run costs in CPU, memory and idle slots, and what a restart repeats."""
