// Rules altered on purpose, for tests of what reports altered rules (CANNSIM_ALTER).
#pragma once

namespace cannsim {

// Reads CANNSIM_ALTER; called once, after the operators are defined.
void alter_operators();

// What is wrong with CANNSIM_ALTER; "" when nothing.
const char *alter_complaint();

} // namespace cannsim
