"""Hygiene: what may be wrong with responses that evolution changed, a file for a kind of rule."""
