"""Sentences for people in the four languages of the programme's cities."""

from ingestion.words.again import say_again
from ingestion.words.say import LANGUAGES, _t, language_of, say

__all__ = ["LANGUAGES", "_t", "language_of", "say", "say_again"]
