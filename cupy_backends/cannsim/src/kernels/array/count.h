// Counting non-zero elements: alone, and as the first pass of nonzero and masked_select.
#pragma once

#include "../view.h"

namespace cannsim {

int64_t count_nonzero(const View &in);

namespace array {
// Bytes that are not zero among n.
int64_t count_bytes(const uint8_t *mask, int64_t n);
}  // namespace array

}  // namespace cannsim
