"""Indexing routines, one file per section of NumPy's reference chapter.

indexing: reading elements; insert: writing elements; generate: making indices; iterate: loops on
the host over indices and elements. Indexing with [] itself lives in the core.
"""
