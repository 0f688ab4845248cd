"""What is behind a published number: its rule, its parts, its document, its events."""
