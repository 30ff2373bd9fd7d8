// Contrast as WCAG 2.2 defines it (sections "relative luminance" and "contrast ratio"). A colour is three numbers, 0 to 255.

/** Reads `#rgb`, `#rrggbb` (the `#` may be left out) and `rgb(r, g, b)`; null for anything else, also for colours one can see through. */
export function parseColour(text) {
  const plain = text.trim().toLowerCase();
  const hex = /^#?([0-9a-f]{3}|[0-9a-f]{6})$/.exec(plain)?.[1];
  if (hex !== undefined) {
    const digits = hex.length === 3 ? [...hex].map((digit) => digit + digit) : hex.match(/../g);
    return digits.map((pair) => parseInt(pair, 16));
  }
  const parts = /^rgb\(\s*(\d{1,3})\s*[, ]\s*(\d{1,3})\s*[, ]\s*(\d{1,3})\s*\)$/.exec(plain);
  const numbers = parts?.slice(1).map(Number);
  return numbers?.every((number) => number <= 255) ? numbers : null;
}

export function formatColour(colour) {
  return `#${colour.map((part) => part.toString(16).padStart(2, '0')).join('')}`;
}

/** 0 for black, 1 for white. */
export function luminance(colour) {
  const [red, green, blue] = colour.map((part) => {
    const share = part / 255;
    return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

/** 1 (the same) to 21 (black on white); the order does not matter. */
export function contrast(one, other) {
  const [dark, light] = [luminance(one), luminance(other)].sort((a, b) => a - b);
  return (light + 0.05) / (dark + 0.05);
}

/** Rounded down to two digits, so that 4.499 does not look like a pass. */
export function shown(ratio) {
  return (Math.floor(ratio * 100 + 1e-9) / 100).toFixed(2);
}

/** What WCAG asks for, from success criteria 1.4.3, 1.4.6 and 1.4.11. */
export const levels = [
  { id: 'text-aa', use: 'Text', level: 'AA', needs: 4.5 },
  { id: 'text-aaa', use: 'Text', level: 'AAA', needs: 7 },
  { id: 'large-aa', use: 'Large text', level: 'AA', needs: 3 },
  { id: 'large-aaa', use: 'Large text', level: 'AAA', needs: 4.5 },
  { id: 'parts-aa', use: 'Icons and borders', level: 'AA', needs: 3 },
];

export function verdicts(ratio) {
  return levels.map((level) => ({ ...level, passes: ratio >= level.needs }));
}

const STEPS = 256;

/**
 * The text colour nearest to `text` that reaches `needs` on `background`: mixed with black or with white, whichever takes less.
 *
 * Null when neither reaches it, which only happens for more than 4.5 on a middle grey.
 */
export function nearest(text, background, needs) {
  for (let step = 0; step <= STEPS; step += 1) {
    for (const goal of [0, 255]) {
      const mixed = text.map((part) => Math.round(part + ((goal - part) * step) / STEPS));
      if (contrast(mixed, background) >= needs) return mixed;
    }
  }
  return null;
}
