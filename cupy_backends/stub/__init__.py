"""C headers with the names of CUDA libraries that do not exist here; ``cupy_backends.cuda.libs`` compiles against them.

Each function is an inline stub that returns its library's "not supported". No CUDA is needed to build or to import.
"""
