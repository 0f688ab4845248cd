"""A small world whose people register, learn, heal and get funded: events to send, and the right answers to them."""
