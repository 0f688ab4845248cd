"""Kafka to Postgres: every accepted event in raw.events exactly once, every refused one in raw.rejected_events."""
