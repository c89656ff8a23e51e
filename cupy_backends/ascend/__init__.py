"""The backend that carries the contract out with CANN: libraries by dlopen, routes to aclnn operators.

``routes.toml`` says which operator does what, ``src/`` resolves and launches. Imports only cupy_backends.backend,
cupy_backends.host (its fallback) and cupy_backends.cannsim (a path).
"""
