#include "kernel.h"

namespace cannsim {
namespace CANNSIM_ISA {

void fill_math(LoopTable &) {}

}  // namespace CANNSIM_ISA
}  // namespace cannsim
