"""Input and output, as in NumPy's reference chapter: files hold host arrays, NumPy can read them."""
