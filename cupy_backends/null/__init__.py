"""A backend that computes nothing and counts everything: proves the seam and measures the core's own cost."""
