// Random numbers, defined bit for bit.
//
// Everything derives from Philox4x32-10 (Salmon et al. 2011, Random123): ten rounds on the counter
// (c0, c1, c2, c3) with the key (k0, k1), multipliers 0xD2511F53 and 0xCD9E8D57, key increments
// 0x9E3779B9 and 0xBB67AE85. Here (k0, k1) are the low and high half of `seed`, (c0, c1) those of a
// 64-bit block number b, c2 = c3 = 0; the result is four words w0..w3. Block numbers wrap at 2^64.
//
// Element i (C order, whatever the strides) depends on seed, offset and i alone:
//
//   word(i)    = w[i % 4] of block offset + i / 4
//   word64(i)  = w[2j] + 2^32 w[2j + 1], j = i % 2, of block offset + i / 2
//   bits       8-, 16- and 32-bit integers: the top bits of word(i); 64-bit ones: word64(i);
//              bool: the top bit of word(i)
//   u(i)       float32: (word(i) >> 8) 2^-24     float16: (word(i) >> 21) 2^-11
//              bfloat16: (word(i) >> 24) 2^-8    float64: (word64(i) >> 11) 2^-53
//   uniform    low + u (high - low) in float32 (float64 for float64), rounded to the dtype; where
//   that
//              reaches `high` the largest value below it
//   normal     Box-Muller in float64 with only + - * / sqrt, so that every machine agrees (see
//              isa/philox.cpp). float64: block offset + i / 2 gives a = word64(0), b = word64(1);
//              x = ((a >> 11) + 1) 2^-53, t = (b >> 11) 2^-53. Others: words (w0, w1) or (w2, w3)
//              of block offset + i / 4 give x = (w_even + 1) 2^-32, t = w_odd 2^-32. r = sqrt(-2 ln
//              x); even elements r cos(2 pi t), odd ones r sin(2 pi t). mean + std z is computed in
//              float64 and rounded once
//   integers   low + floor(word64(i) (high - low) / 2^64); high - low = 0 stands for 2^64
//   bernoulli  (word64(i) >> 11) 2^-53 < p
//   randperm   the stable ascending order of word64(0..n-1)
//
// `blocks_used` tells by how much to advance `offset` so that the next call is independent.
#pragma once

#include "../view.h"
#include "status.h"

namespace cannsim {

struct Stream {
    uint64_t seed = 0, offset = 0;
};

// An upper bound for the blocks that n elements take in any of these functions.
inline uint64_t blocks_used(int64_t n) { return uint64_t(n) / 2 + 1; }

Status random_bits(const View &out, Stream stream);
Status random_uniform(const View &out, double low, double high, Stream stream);
Status random_normal(const View &out, double mean, double deviation, Stream stream);

// The same with a mean and deviation per element: float views that broadcast to `out`; null: 0
// and 1.
Status random_normal(const View &out, const View *mean, const View *deviation, Stream stream);

// Any real dtype; `high` excluded.
Status random_integers(const View &out, int64_t low, uint64_t range, Stream stream);

// 1 with probability p, else 0, in any dtype; `p` per element in the second form.
Status random_bernoulli(const View &out, double p, Stream stream);
Status random_bernoulli(const View &out, const View &p, Stream stream);

// A permutation of 0..n-1 in a one-dimensional integer or float view.
Status random_permutation(const View &out, Stream stream);

// Draws out.shape[-1] categories per row with the probabilities (any scale) in the last axis of
// `weights`. With replacement: the first category whose cumulated weight exceeds u(i) total.
// Without: the categories with the smallest -ln(1 - u) / weight, u drawn per row and category, in
// that order. BadArgument for negative or NaN weights, a zero sum, or more draws than positive
// weights.
Status random_multinomial(const View &out, const View &weights, bool replacement, Stream stream);

}  // namespace cannsim
