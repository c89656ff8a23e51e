#include "kernel.h"

namespace cannsim {
namespace CANNSIM_ISA {

void fill_special(LoopTable &) {}

}  // namespace CANNSIM_ISA
}  // namespace cannsim
