"""Wiring: which node follows which. The graphs that langgraph.json exports."""
