"""Mathematical functions that are no ufuncs, one file per section of NumPy's reference chapter."""
