"""The embedded Kafka broker: its jars, its configuration, its start."""
