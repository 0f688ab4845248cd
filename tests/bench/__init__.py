"""Measurements of the whole platform: `make bench` prints a table and writes bench/results.json."""
