"""Sorting, searching and counting, as in NumPy's reference chapter."""
