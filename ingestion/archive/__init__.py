"""Months of raw.events as Parquet files: written, verified, taken out of the database, read, and put back."""
