// One function per category fills the table of operators.
#pragma once

namespace cannsim {

void define_unary();
void define_binary();

}  // namespace cannsim
