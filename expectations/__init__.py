"""What must hold of landed events and of the next publication, as suites that a manager can read."""
