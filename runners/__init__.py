"""People and files: the command line, datasets in, the run folder, the engine, what comes out."""
