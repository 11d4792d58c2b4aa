"""Exports: a finished run as data to train on."""
