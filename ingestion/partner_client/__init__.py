"""What partners use on their own machines: one file to copy."""
