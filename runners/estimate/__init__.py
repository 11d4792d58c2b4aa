"""What a run would take, before anything is sent: `coevol estimate`, by arithmetic or a pilot."""
