"""The CPU backend: every row of the contract by its NumPy function.

``ops`` is the table, ``_host`` lays NumPy arrays over operands and is a full backend of its own
(``CUPY_BACKEND=host``). It is what other backends fall back to and what they are tested against.
May import numpy, ml_dtypes and ``cupy_backends.backend``.
"""
