"""Backends: the contract, and those who fulfil it. Nothing here is imported by name above this folder
except ``cupy_backends.backend``."""
