"""Judges the reference data of dbt_project/seeds before anything is loaded: every fault with its file and line."""
