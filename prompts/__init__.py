"""The words: prompt packs, their loader, and rendering. Knows nothing of the floors above."""
