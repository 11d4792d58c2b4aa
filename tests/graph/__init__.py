"""Tests of the graph's wiring."""
