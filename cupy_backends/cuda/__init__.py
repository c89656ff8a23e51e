"""Names of CUDA that CuPy programs import; nothing here needs CUDA, and nothing of CUDA works."""
