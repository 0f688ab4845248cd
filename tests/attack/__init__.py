"""A reader with a computer: takes all published rows and bounds every hidden number by linear programming.

Written apart from what protects them (dbt, reporting/protection), so that one checks the other.
"""
