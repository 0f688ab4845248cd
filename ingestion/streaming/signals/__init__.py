"""Signals on their way to people: stored in live.surge_signals, and sent to subscribers as signed webhooks."""
