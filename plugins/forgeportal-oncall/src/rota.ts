// What can be said of a rota without asking anybody: used by the backend, the tabs and the tests alike.

export interface Person {
  name: string;
  email: string;
}

/** From `startsAt` up to, but without, `endsAt`; both as ISO 8601. */
export interface Shift {
  person: Person;
  startsAt: string;
  endsAt: string;
}

export interface Team {
  id: string;
  name: string;
  description?: string;
}

/** What the backend answers for a team. */
export interface Rota {
  team: string;
  now: Shift[];
  next: Shift[];
  /** The first stretch in which nobody is on call. */
  gap: Gap | null;
}

export interface Gap {
  startsAt: string;
  endsAt: string;
}

/** Marks an entity with the team whose rota is its own. */
export const TEAM_ANNOTATION = 'oncall.patchbay.dev/team';

const start = (shift: Shift) => Date.parse(shift.startsAt);
const end = (shift: Shift) => Date.parse(shift.endsAt);
const inOrder = (shifts: Shift[]) => [...shifts].sort((a, b) => start(a) - start(b) || end(a) - end(b));

/** Who is on call; several people while shifts overlap. */
export function onCallAt(shifts: Shift[], moment: Date): Shift[] {
  const at = moment.getTime();
  return inOrder(shifts).filter((shift) => start(shift) <= at && at < end(shift));
}

/** The shifts that begin after `moment`, soonest first. */
export function following(shifts: Shift[], moment: Date, countMax = 5): Shift[] {
  return inOrder(shifts).filter((shift) => start(shift) > moment.getTime()).slice(0, countMax);
}

/** The first stretch between two moments that no shift covers; null when somebody is always there. */
export function firstGap(shifts: Shift[], from: Date, until: Date): Gap | null {
  let covered = from.getTime();
  for (const shift of inOrder(shifts)) {
    if (covered >= until.getTime()) return null;
    if (start(shift) > covered) return gap(covered, Math.min(start(shift), until.getTime()));
    covered = Math.max(covered, end(shift));
  }
  return covered < until.getTime() ? gap(covered, until.getTime()) : null;
}

function gap(from: number, until: number): Gap {
  return { startsAt: new Date(from).toISOString(), endsAt: new Date(until).toISOString() };
}

export function rotaOf(team: string, shifts: Shift[], now: Date, until: Date): Rota {
  return { team, now: onCallAt(shifts, now), next: following(shifts, now), gap: firstGap(shifts, now, until) };
}
