"""Prompt packs, their loader, and rendering. Imports nothing of the other layers."""
