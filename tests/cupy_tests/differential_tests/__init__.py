"""Calls drawn by hypothesis and run by NumPy and by cupy: every difference is a defect."""
