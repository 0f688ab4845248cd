"""Superset: its configuration, its look, and the dashboards as files."""
