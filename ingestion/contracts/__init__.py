"""One folder an event type: schema.json, description.md, and samples that must pass and must fail."""
