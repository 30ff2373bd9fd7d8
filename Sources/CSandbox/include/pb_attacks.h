/// Attacks on the sandbox from inside, for its tests.
#pragma once

#include "pb_lockdown.h"
