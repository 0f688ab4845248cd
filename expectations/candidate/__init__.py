"""Suites on the next publication as a whole: one critical failure, and readers stay at the last one."""
