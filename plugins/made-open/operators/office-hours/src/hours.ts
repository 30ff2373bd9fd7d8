export interface Hours {
  /** In hours since midnight, such as 8.5. */
  opensAt: number;
  closesAt: number;
  /** Hours ahead of UTC. Summer time is not worked out. */
  utcOffset: number;
  /** 1 is Monday, 7 Sunday; Monday to Friday when left out. */
  days?: number[];
}

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const WEEKDAYS = [1, 2, 3, 4, 5];

/** The clock on the wall: which day of the week, and hours since midnight. */
function wall(moment: Date, utcOffset: number): { day: number; hour: number } {
  const local = moment.getTime() + utcOffset * HOUR;
  return { day: new Date(local).getUTCDay() || 7, hour: (((local % DAY) + DAY) % DAY) / HOUR };
}

/** The minute of opening counts, that of closing does not. */
export function isOpen(moment: Date, { opensAt, closesAt, utcOffset, days = WEEKDAYS }: Hours): boolean {
  const { day, hour } = wall(moment, utcOffset);
  return days.includes(day) && hour >= opensAt && hour < closesAt;
}

/** When the office next opens; `moment` itself while it is open. */
export function nextOpening(moment: Date, hours: Hours): Date {
  if (isOpen(moment, hours)) return moment;
  const days = hours.days ?? WEEKDAYS;
  const midnight = moment.getTime() - wall(moment, hours.utcOffset).hour * HOUR;
  for (let ahead = 0; ahead <= 7; ahead += 1) {
    const opening = new Date(midnight + ahead * DAY + hours.opensAt * HOUR);
    if (opening >= moment && days.includes(wall(opening, hours.utcOffset).day)) return opening;
  }
  throw new RangeError('The office never opens: none of its days is 1 (Monday) to 7 (Sunday).');
}
