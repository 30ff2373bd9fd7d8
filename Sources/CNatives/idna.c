// Domain names to ASCII, as the URL Standard asks for it (https://url.spec.whatwg.org/#concept-domain-to-ascii), by ICU's UTS #46.
#include "text.h"
#include <stdlib.h>
#include <unicode/uidna.h>

/// Longest domain taken; a valid one has at most 253 characters, but a non-strict caller may bring more.
enum { domain_units_max = 4096, ascii_units_max = 4 * domain_units_max };

static UIDNA *idna;

void pb_idna_prepare(void) {
    if (idna) return;
    UErrorCode status = U_ZERO_ERROR;
    // Non-transitional, CheckBidi, CheckJoiners. ICU always checks what STD3 and VerifyDnsLength ask; see `forgiven`.
    UIDNA *opened = uidna_openUTS46(
        UIDNA_CHECK_BIDI | UIDNA_CHECK_CONTEXTJ | UIDNA_NONTRANSITIONAL_TO_ASCII | UIDNA_NONTRANSITIONAL_TO_UNICODE, &status);
    if (U_SUCCESS(status)) idna = opened;
}

/// What ICU reports although the standard's non-strict form (CheckHyphens and VerifyDnsLength false) does not mind.
static const uint32_t forgiven = UIDNA_ERROR_EMPTY_LABEL | UIDNA_ERROR_LABEL_TOO_LONG | UIDNA_ERROR_DOMAIN_NAME_TOO_LONG |
                                 UIDNA_ERROR_LEADING_HYPHEN | UIDNA_ERROR_TRAILING_HYPHEN | UIDNA_ERROR_HYPHEN_3_4;

/// domainToASCII(domain, strict) -> string, or null when the name is not allowed. The result is not checked for forbidden hosts.
PB_NATIVE(pb_domain_to_ascii) {
    PB_UNUSED;
    pb_string domain;
    if (!pb_arg_string(ctx, argc, argv, 0, "domainToASCII: the domain", &domain, exception)) return NULL;
    bool strict = pb_arg_flag(ctx, argc, argv, 1);
    pb_idna_prepare();
    JSValueRef value = JSValueMakeNull(ctx);
    if (idna && domain.length <= domain_units_max) {
        UChar out[ascii_units_max];
        UIDNAInfo info = UIDNA_INFO_INITIALIZER;
        UErrorCode status = U_ZERO_ERROR;
        int32_t length = uidna_nameToASCII(idna, domain.units, (int32_t)domain.length, out, ascii_units_max, &info, &status);
        if (U_SUCCESS(status) && !(info.errors & ~(strict ? 0 : forgiven))) value = pb_make_units(ctx, out, (size_t)length);
    }
    pb_release_string(&domain);
    return value;
}
