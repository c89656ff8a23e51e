"""Logic functions, one file per section of NumPy's reference chapter. Comparisons and logical
operations are ufuncs of the core.
"""
