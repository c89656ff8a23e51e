// One function per category fills the table of operators.
#pragma once

namespace cannsim {

void define_unary();
void define_binary();
void define_fused();
void define_composite();
void define_movement();
void define_creation();
void define_random();
void define_reduction();
void define_scan();
void define_matrix();
void define_linalg();
void define_shape();
void define_pad();
void define_index();
void define_select();
void define_foreach();
void define_gated();
void define_dropout();
void define_distance();
void define_rearrange();
void define_products();

} // namespace cannsim
