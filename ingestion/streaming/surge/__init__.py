"""Surge signals: hours in which a city counts far more than its own history of those hours of the week."""
