// Text codecs and base64.
#pragma once
#include "bridge.h"

PB_NATIVE(pb_utf8_encode);
PB_NATIVE(pb_utf8_decode);
PB_NATIVE(pb_utf8_complete_length);
PB_NATIVE(pb_utf16le_decode);
PB_NATIVE(pb_windows1252_decode);
PB_NATIVE(pb_binary_decode);
PB_NATIVE(pb_binary_encode);
PB_NATIVE(pb_base64_encode);
PB_NATIVE(pb_base64_decode);
PB_NATIVE(pb_domain_to_ascii);

/// Opens the IDNA table, once; domainToASCII opens it too when nobody did.
void pb_idna_prepare(void);
