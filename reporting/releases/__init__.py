"""Releases: cells of one publication, frozen for donors and the public, and what became of them since."""
