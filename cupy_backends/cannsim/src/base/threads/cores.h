#pragma once

namespace cannsim {

// How many cores this process may keep busy: its affinity and its control group's quota.
int usable_cores();

} // namespace cannsim
