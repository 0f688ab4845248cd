"""Suites on the events of new loads: a verdict for each programme and city."""
