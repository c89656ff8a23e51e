#include "tables.h"

namespace ascend {

#include "ascend_tables.inc"

const int num_socs = sizeof(socs) / sizeof(*socs);
const int num_functions = sizeof(functions) / sizeof(*functions);

} // namespace ascend
