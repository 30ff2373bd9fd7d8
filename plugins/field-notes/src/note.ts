/** A note as the notebook service has it. */
export interface Note {
  id: string;
  text: string;
  /** When it was seen, ISO 8601. */
  at: string;
  observer?: string;
  place?: Place;
  species?: { name: string; count?: number }[];
  deleted?: boolean;
}

export interface Place {
  id: string;
  name: string;
  latitude: number;
  longitude: number;
}

export type Precision = 'exact' | '1km' | '10km';

const TITLE_LENGTH_MAX = 80;
/** Of a degree of latitude, about. */
const STEPS: Record<Precision, number | null> = { exact: null, '1km': 0.01, '10km': 0.1 };

/** A note as a document of the hub. */
export function toDocument(note: Note) {
  const { id, text, at, observer, place, species = [], deleted = false } = note;
  if (deleted) return { type: 'document', externalId: id, data: {}, raw: note, deleted };
  return { type: 'document', externalId: id, data: { title: titleOf(text), body: text, at, author: observer ?? null, place: place?.name ?? null, species }, raw: note };
}

/** The first line, cut between words. */
export function titleOf(text: string): string {
  const line = text.trim().split('\n', 1)[0];
  if (line.length <= TITLE_LENGTH_MAX) return line || 'Without words';
  const cut = line.slice(0, TITLE_LENGTH_MAX);
  return `${cut.slice(0, Math.max(cut.lastIndexOf(' '), 1))}…`;
}

/** The middle of the square a place lies in, so that a nest cannot be found by its note. */
export function blurred(place: Place, precision: Precision): Place {
  const step = STEPS[precision];
  if (step === null) return place;
  const middle = (degrees: number) => Number(((Math.floor(degrees / step + 1e-9) + 0.5) * step).toFixed(4));
  return { ...place, latitude: middle(place.latitude), longitude: middle(place.longitude) };
}

/** Which of these species a note names, in its list or in its words; case does not matter. */
export function mentioned(note: Pick<Note, 'text' | 'species'>, watched: string[]): string[] {
  const said = `${note.text}\n${(note.species ?? []).map(({ name }) => name).join('\n')}`.toLowerCase();
  return watched.filter((name) => name.trim() !== '' && said.includes(name.trim().toLowerCase()));
}

export interface Sightings {
  notes: number;
  /** Most often seen first. */
  species: { name: string; notes: number; most: number }[];
  last: { at: string; title: string; observer: string | null } | null;
}

/** What notes add up to. Counts of one species are not summed: two notes may speak of the same bird. */
export function sightingsOf(notes: Note[]): Sightings {
  const live = notes.filter(({ deleted }) => !deleted);
  const species = new Map<string, { name: string; notes: number; most: number }>();
  for (const { name, count = 1 } of live.flatMap((note) => note.species ?? [])) {
    const entry = species.get(name) ?? { name, notes: 0, most: 0 };
    species.set(name, { name, notes: entry.notes + 1, most: Math.max(entry.most, count) });
  }
  const last = [...live].sort((a, b) => Date.parse(b.at) - Date.parse(a.at))[0];
  return {
    notes: live.length,
    species: [...species.values()].sort((a, b) => b.notes - a.notes || a.name.localeCompare(b.name)),
    last: last === undefined ? null : { at: last.at, title: titleOf(last.text), observer: last.observer ?? null },
  };
}
