"""Statistics, one file per section of NumPy's reference chapter; `nan` variants beside their kin."""
