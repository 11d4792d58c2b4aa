"""What a person may say about a run: each option declared once, for every way of saying it."""
