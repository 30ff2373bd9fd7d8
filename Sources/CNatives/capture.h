// Capturing intrinsics.
#pragma once
#include "bridge.h"

PB_NATIVE(pb_capture);
PB_NATIVE(pb_capture_names);
