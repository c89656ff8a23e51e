// What programs set for operators by type.
#pragma once

namespace cannsim {

bool has_models(); // aclopSetModelDir was called

} // namespace cannsim
