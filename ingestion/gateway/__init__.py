"""The way in over HTTP: every event gets an answer of its own, and an answer of 2xx means durable."""
