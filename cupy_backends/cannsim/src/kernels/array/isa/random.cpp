#include "random.h"

namespace cannsim::array::CANNSIM_ISA {
namespace {

void logarithms(double *x, int64_t n) {
    for (int64_t i = 0; i < n; ++i) x[i] = random_stream::logarithm(x[i]);
}

}  // namespace

void fill_random(IsaTable &table) {
    table.words = random_stream::words;
    table.words64 = random_stream::words64;
    table.uniform_floats = random_stream::uniforms;
    table.uniform_doubles = random_stream::uniforms;
    table.normals = random_stream::normals;
    table.narrow_normals = random_stream::narrow_normals;
    table.random_integers = random_stream::integers;
    table.logarithms = logarithms;
}

}  // namespace cannsim::array::CANNSIM_ISA
