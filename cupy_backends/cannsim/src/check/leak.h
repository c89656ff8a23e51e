// Where objects are made and destroyed the leak check listens.
#pragma once

#include "check/switch.h"

namespace cannsim {

enum class Kind : uint32_t;

void leak_made(const void *object, Kind kind);
void leak_ended(const void *object);

} // namespace cannsim
