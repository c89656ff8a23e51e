"""Polynomials as coefficients, as in NumPy's reference chapter."""
