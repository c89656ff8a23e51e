"""Array manipulation, one file per section of NumPy's reference chapter.

basic: assignment and shape queries; shape, transpose, dims: views; join, split, tiling, rearrange;
add_remove: results of another size. What NumPy returns as a view is a view here.
"""
