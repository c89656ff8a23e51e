"""Array creation, one file per section of NumPy's reference chapter.

basic: filled with a value; from_data: from objects, files and other arrays; ranges: sequences and
grids; matrix: diagonals and triangles. The `like` argument of NumPy's protocol is not offered.
"""
