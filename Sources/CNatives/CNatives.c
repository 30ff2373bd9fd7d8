#include "CNatives.h"
