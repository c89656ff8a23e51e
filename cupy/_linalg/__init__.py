"""Products of vectors, matrices and tensors that live in NumPy's main namespace.

gufunc.py       shape, axes, dtype and output rules of matmul, matvec, vecmat and vecdot
products.py     dot, vdot, inner, outer, tensordot, kron, cross, trace
einsum.py       einsum and einsum_path
contraction.py  the launch that all of them end in

Everything ends in the contract row `matmul`, in element-wise products or in reductions.
May import cupy._core and cupy._operands only.
"""
