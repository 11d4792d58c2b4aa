"""The commands, a file for each subject; heavy imports stand in the functions that need them."""
