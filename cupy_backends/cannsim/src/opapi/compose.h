// Steps of operators that are computed in several: temporaries, and loops that broadcast and cast.
#pragma once

#include "kernels/array/nest.h"
#include "kernels/array/scratch.h"
#include "kernels/array/status.h"
#include "kernels/loops/loops.h"

#include <initializer_list>

namespace cannsim {

// Contiguous scratch memory of a shape; false when there is none left.
struct Temporary {
    View view;
    array::Scratch memory;

    Temporary(DType dtype, int ndim, const int64_t *shape)
        : view(of(dtype, ndim, shape)), memory(view.size() * itemsize(dtype) + 1) {
        view.data = memory.get();
    }
    Temporary(DType dtype, const View &like) : Temporary(dtype, like.ndim, like.shape) {}

    explicit operator bool() const { return bool(memory); }

  private:
    static View of(DType dtype, int ndim, const int64_t *shape) {
        View v;
        v.dtype = dtype;
        v.ndim = ndim;
        for (int i = 0; i < ndim; ++i) v.shape[i] = shape[i];
        array::set_contiguous(v);
        return v;
    }
};

// A number as an operand; it must outlive the view.
inline View view_of(const double &value) {
    View v;
    v.dtype = DType::Float64;
    v.data = reinterpret_cast<char *>(const_cast<double *>(&value));
    return v;
}

// out = loop(inputs) with the loop of dtype `t`: the inputs broadcast to out's shape, and all
// operands are cast as the loop asks.
Status apply(LoopOp op, DType t, std::initializer_list<View> inputs, const View &out);

// dst = src, element by element in C order, whatever the shapes; they are of one size.
Status copy_elements(const View &dst, const View &src);

// Half of a view along an axis: the first (0) or the second (1).
inline View half_of(View v, int axis, int which) {
    v.shape[axis] /= 2;
    v.data += which * v.shape[axis] * v.strides[axis];
    return v;
}

#define TRY(step)                                                                                  \
    do {                                                                                           \
        if (const Status status_ = (step); status_ != Status::Ok) return status_;                  \
    } while (0)

} // namespace cannsim
