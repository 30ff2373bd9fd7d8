/// Trying each layer of the sandbox on this machine, for `patchbay doctor`.
#pragma once

#include "pb_layers.h"
