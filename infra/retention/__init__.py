"""How long what is kept, and deleting what is older."""
