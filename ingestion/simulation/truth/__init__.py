"""The right answers, computed from the world's own people and records: never from events, SQL or reference data."""

from ingestion.simulation.truth.answers import expected_cells
from ingestion.simulation.truth.cells import Cell, ExpectedCell

__all__ = ["Cell", "ExpectedCell", "expected_cells"]
