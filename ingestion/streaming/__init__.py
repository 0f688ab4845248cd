"""What is happening now: counters by event time, as received, kept while events stream by."""
