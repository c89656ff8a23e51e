"""Does a backend carry out the contract as NumPy defines it? Cases from the op table, for tests and people.

``values`` makes operands (layouts, special values), ``cases`` turns rows into cases with NumPy's answer,
``compare`` holds the one rule of tolerance. ``python -m cupy_backends.backend.conformance`` prints
op x dtype x backend.
"""

from cupy_backends.backend.conformance.cases import Case, cases, plans
from cupy_backends.backend.conformance.compare import run

__all__ = ["Case", "cases", "plans", "run"]
