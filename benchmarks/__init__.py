"""Benchmarks: the product beside its peers, on this machine, each in one command: `python -m benchmarks --help`."""
