"""The programme's published figures: one reviewed file, and the sender that turns it into events."""
