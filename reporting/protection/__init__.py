"""What a reader with a computer could still work out of the next publication, and hiding more until nothing is left.

The rule is told in docs/reference/small-cells.md.
"""
