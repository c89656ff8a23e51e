// The driver and the tables without Python, so that sanitizers can watch them.
#include <cmath>
#include <cstdio>
#include <cstring>
#include <vector>

#include "../abi/expect.h"
#include "loops/driver.h"

using namespace cannsim;

namespace {

const DType kAll[] = {DType::Float32, DType::Float16,   DType::Int8,       DType::Int32,
                      DType::UInt8,   DType::Int16,     DType::UInt16,     DType::UInt32,
                      DType::Int64,   DType::UInt64,    DType::Float64,    DType::Bool,
                      DType::Complex64, DType::Complex128, DType::BFloat16};

View view(void *data, DType dtype, std::vector<int64_t> shape, std::vector<int64_t> strides) {
    View v;
    v.data = static_cast<char *>(data);
    v.dtype = dtype;
    v.ndim = int(shape.size());
    for (int i = 0; i < v.ndim; ++i) {
        v.shape[i] = shape[i];
        v.strides[i] = strides[i];
    }
    return v;
}

// Exactly sized blocks: a loop that touches one byte too many is seen by AddressSanitizer.
void every_loop_stays_inside() {
    for (int op = 0; op < kLoopOps; ++op) {
        for (DType dtype : kAll) {
            const LoopFn loop = find_loop(LoopOp(op), dtype);
            if (!loop) continue;
            const int nop = loop_nin(LoopOp(op)) + 1;
            for (intptr_t n : {0, 1, 3, 31, 300}) {
                for (int stride : {1, 3, -2}) {
                    std::vector<std::vector<char>> blocks(nop);
                    char *args[kMaxOperands];
                    intptr_t steps[kMaxOperands];
                    for (int k = 0; k < nop; ++k) {
                        const int size = itemsize(loop_dtype(LoopOp(op), dtype, k));
                        const intptr_t extent = n == 0 ? 0 : (n - 1) * std::abs(stride) + 1;
                        blocks[k].assign(size_t(extent * size), 1);
                        steps[k] = stride * size;
                        args[k] = blocks[k].data();
                        if (stride < 0 && n > 0) args[k] -= (n - 1) * steps[k];
                    }
                    loop(args, &n, steps);
                }
            }
        }
    }
}

void every_cast_exists() {
    for (DType from : kAll) {
        for (DType to : kAll) {
            const LoopFn cast = find_cast(from, to);
            EXPECT(cast);
            std::vector<char> in(37 * itemsize(from), 1), out(37 * itemsize(to));
            char *args[2] = {in.data(), out.data()};
            const intptr_t n = 37, steps[2] = {itemsize(from), itemsize(to)};
            cast(args, &n, steps);
        }
    }
    EXPECT(!find_cast(DType(5), DType::Float32));
    EXPECT(!find_loop(LoopOp::add, DType(33)));
}

void names_are_found() {
    for (int i = 0; i < kLoopOps; ++i) {
        LoopOp op;
        EXPECT(loop_by_name(loop_name(LoopOp(i)), &op) && op == LoopOp(i));
    }
    LoopOp op;
    EXPECT(!loop_by_name("", &op));
}

void transposed_operand() {
    const int64_t rows = 512, columns = 96;
    std::vector<double> a(rows * columns), b(rows * columns), out(rows * columns);
    for (size_t i = 0; i < a.size(); ++i) {
        a[i] = double(i);
        b[i] = 1.0 / double(i + 1);
    }
    const View v[3] = {
        view(a.data(), DType::Float64, {columns, rows}, {8, columns * 8}),
        view(b.data(), DType::Float64, {columns, rows}, {rows * 8, 8}),
        view(out.data(), DType::Float64, {columns, rows}, {rows * 8, 8}),
    };
    run_elementwise(find_loop(LoopOp::add, DType::Float64), v, 3);
    for (int64_t i = 0; i < columns; ++i) {
        for (int64_t j = 0; j < rows; ++j) {
            EXPECT(out[i * rows + j] == a[j * columns + i] + b[i * rows + j]);
        }
    }
}

// Tells who ran: writes its data's byte.
void marker(char **args, const intptr_t *n, const intptr_t *steps, void *data) {
    for (intptr_t i = 0; i < *n; ++i) args[1][i * steps[1]] = *static_cast<char *>(data);
}

void registration() {
    char mark = 42;
    const LoopFn own = find_loop(LoopOp::exp, DType::Float32);
    EXPECT(register_loop(LoopOp::exp, DType::Float32, marker, &mark));
    EXPECT(find_loop(LoopOp::exp, DType::Float32).data == &mark);
    float x = 0, y = 0;
    char *args[2] = {reinterpret_cast<char *>(&x), reinterpret_cast<char *>(&y)};
    const intptr_t n = 1, steps[2] = {4, 4};
    find_loop(LoopOp::exp, DType::Float32)(args, &n, steps);
    EXPECT(reinterpret_cast<char *>(&y)[0] == 42);
    EXPECT(!register_loop("exp", DType::Float32, nullptr, nullptr));
    EXPECT(find_loop(LoopOp::exp, DType::Float32).fn == own.fn);
    EXPECT(!register_loop(LoopOp::add, DType::Float32, marker, &mark));
    EXPECT(!register_loop("exp", DType(99), marker, &mark));
}

}  // namespace

int main() {
    every_loop_stays_inside();
    every_cast_exists();
    names_are_found();
    transposed_operand();
    registration();
    if (failures == 0) std::printf("%s: passed\n", loop_isa());
    return failures != 0;
}
