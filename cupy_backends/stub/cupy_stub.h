/* How a function of an absent library is declared: it takes nothing and says that it is not
 * supported. */
#ifndef CUPY_STUB_H
#define CUPY_STUB_H

#define CUPY_STUB_HANDLE(name) typedef struct name##_absent *name

#define CUPY_STUB_FUNCTION(status_type, status, name)                                              \
    static inline status_type name(void) { return status; }

/* BLAS and LAPACK names come in up to four precisions. A header defines CUPY_STUB(name) first. */
#define CUPY_STUB_SD(before, after) CUPY_STUB(before##S##after) CUPY_STUB(before##D##after)
#define CUPY_STUB_CZ(before, after) CUPY_STUB(before##C##after) CUPY_STUB(before##Z##after)
#define CUPY_STUB_SDCZ(before, after) CUPY_STUB_SD(before, after) CUPY_STUB_CZ(before, after)

#endif
