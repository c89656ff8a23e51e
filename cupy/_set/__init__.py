"""Set routines, as in NumPy's reference chapter. All sort; results whose size depends on the data
synchronise.
"""
