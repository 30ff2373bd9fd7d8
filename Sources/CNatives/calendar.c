// The time zone, loaded before there are workers.
#include "calendar.h"
#include <time.h>
#include <unicode/ucal.h>

void pb_calendar_prepare(void) {
    tzset();
    UChar zone[64], canonical[64], name[128];
    UErrorCode status = U_ZERO_ERROR;
    int32_t length = ucal_getHostTimeZone(zone, 64, &status);
    if (U_FAILURE(status) || length >= 64) return;
    UBool is_system = 0;
    ucal_getCanonicalTimeZoneID(zone, length, canonical, 64, &is_system, &status);
    // What the engine asks when it first shows a date: the offset, and the zone's name in English.
    status = U_ZERO_ERROR;
    UCalendar *calendar = ucal_open(zone, length, "", UCAL_DEFAULT, &status);
    if (U_FAILURE(status)) return;
    int32_t raw = 0, saving = 0;
    ucal_setMillis(calendar, 0, &status);
    ucal_getTimeZoneOffsetFromLocal(calendar, UCAL_TZ_LOCAL_FORMER, UCAL_TZ_LOCAL_FORMER, &raw, &saving, &status);
    status = U_ZERO_ERROR;
    ucal_getTimeZoneDisplayName(calendar, UCAL_STANDARD, "en-US", name, 128, &status);
    ucal_close(calendar);
}
