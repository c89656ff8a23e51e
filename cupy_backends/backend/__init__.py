"""The contract between the array core and the machines that compute.

``ops.toml`` holds one row per primitive operation, ``include/cupy_backend.h`` the C types and the function table,
``_backend`` the one door through which the core launches. May import numpy and nothing of this project.
"""
