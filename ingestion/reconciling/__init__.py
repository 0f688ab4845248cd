"""Nothing vanishes: what was acknowledged, what the log holds and what stands in raw are held against each other."""
