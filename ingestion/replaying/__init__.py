"""Refused events, mended where they were wrong and sent again: by the same rules, once, and with a trail."""
