"""Live counters: what was received per programme, city, type and hour of event time."""
