// Places on earth as one writes them on a line: a geohash, or `latitude, longitude, metres`.

interface Circle { geometry: { center: { lat: number; lng: number }; radius: number } }

export function areaText(area: unknown): string {
  if (typeof area === 'string') return area;
  const { geohash, geometry } = area as { geohash?: string } & Partial<Circle>;
  if (geohash) return geohash;
  return geometry ? `${geometry.center.lat}, ${geometry.center.lng}, ${geometry.radius}` : JSON.stringify(area);
}

/** Null for what is no place. */
export function readArea(line: string): string | Circle | null {
  const text = line.trim();
  if (/^[0-9b-hjkmnp-z]{1,12}$/i.test(text)) return text.toLowerCase();
  const [lat, lng, radius, ...more] = text.split(',').map((part) => (part.trim() === '' ? Number.NaN : Number(part)));
  if (lat === undefined || lng === undefined || radius === undefined || more.length > 0) return null;
  if (![lat, lng, radius].every(Number.isFinite) || Math.abs(lat) > 90 || Math.abs(lng) > 180 || radius < 0) return null;
  return { geometry: { center: { lat, lng }, radius } };
}
