"""C headers with the names of CUDA libraries that do not exist here, for ``cupy_backends.cuda.libs``.

Each function is an inline stub that returns its library's "not supported": nothing here needs CUDA.
"""
