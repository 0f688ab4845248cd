"""KoboToolbox as a source: which question of a form is which field, and what became of each submission."""
