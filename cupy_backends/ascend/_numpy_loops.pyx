"""Lends NumPy's inner loops to the simulator: its results are then NumPy's bit for bit, at NumPy's speed."""

import os

import numpy

cimport numpy as cnp
from libc.stdint cimport intptr_t

from cupy_backends.ascend._ascend import symbol


ctypedef void (*Loop)(char** args, const intptr_t* n, const intptr_t* steps, void* data)
ctypedef bint (*RegisterLoop)(const char* name, int dtype, Loop fn, void* data)
ctypedef int (*Sort)(void* start, intptr_t n, void* array)
ctypedef void (*RegisterSort)(int dtype, Sort fn)

cdef extern from "numpy/arrayobject.h":
    ctypedef struct PyArray_ArrFuncs:
        Sort* sort
    PyArray_ArrFuncs* PyDataType_GetArrFuncs(cnp.dtype descr)

# aclDataType by NumPy's type number; the others have loops of the simulator's own.
cdef dict _ACL = {cnp.NPY_FLOAT32: 0, cnp.NPY_FLOAT64: 11, cnp.NPY_COMPLEX64: 16, cnp.NPY_COMPLEX128: 17}


def register():
    """Offer every loop; return the names of those that the simulator uses. CANNSIM_NUMPY_LOOPS=0 switches it off."""
    cdef RegisterLoop offer = <RegisterLoop><size_t>symbol("cannsimRegisterLoop")
    cdef RegisterSort offer_sort = <RegisterSort><size_t>symbol("cannsimRegisterSort")
    cdef Sort sort
    cdef cnp.ufunc ufunc
    cdef int i, k
    used = set()
    wanted = os.environ.get("CANNSIM_NUMPY_LOOPS") or "1"
    if wanted not in ("0", "1"):
        raise ValueError(f"CANNSIM_NUMPY_LOOPS={wanted!r}: expected 0 or 1")
    if offer is NULL or wanted == "0":
        return used
    for name, candidate in sorted(vars(numpy).items()):  # getattr would import NumPy's lazy submodules
        if type(candidate) is not numpy.ufunc or candidate.nout != 1 or candidate.signature is not None:
            continue
        ufunc = candidate
        seen = set()
        for i in range(ufunc.ntypes):
            types = [<int>ufunc.types[i * ufunc.nargs + k] for k in range(ufunc.nargs)]
            # NumPy takes the first loop that fits; later ones of the same types are its plain ones.
            if types[0] not in _ACL or types[0] in seen or any([t != types[0] for t in types[:ufunc.nin]]):
                continue
            seen.add(types[0])
            if offer(candidate.__name__.encode(), _ACL[types[0]], <Loop><void*>ufunc.functions[i], <void*>ufunc.data[i]):
                used.add(name)
    # The simulator sorts words made of a key and a place.
    for dtype, code in ((numpy.uint32, 8), (numpy.uint64, 10)):
        sort = PyDataType_GetArrFuncs(numpy.dtype(dtype)).sort[0]
        if offer_sort is not NULL and sort is not NULL:
            offer_sort(code, sort)
    return used
