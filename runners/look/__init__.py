"""A dataset looked at before anything is run: `coevol data`. Nothing is asked of any model."""
