"""Publications: named versions of every published cell, of which readers see exactly one at a time."""
