import { useState } from 'react';

export type ThemeChoice = 'system' | 'light' | 'dark';

const key = 'patchbay.theme';
const dark = window.matchMedia('(prefers-color-scheme: dark)');

function stored(): ThemeChoice {
  try {
    const value = window.localStorage.getItem(key);
    return value === 'light' || value === 'dark' ? value : 'system';
  } catch {
    return 'system';
  }
}

/** The theme that is shown: the person's choice, else the system's. */
export function resolvedTheme(choice = stored()): 'light' | 'dark' {
  return choice === 'system' ? (dark.matches ? 'dark' : 'light') : choice;
}

export function applyTheme(): void {
  document.documentElement.dataset['theme'] = resolvedTheme();
  window.dispatchEvent(new CustomEvent('patchbay-theme'));
}

/** Shows the theme from now on, and follows the system where nothing else was chosen; on every page, those before signing in too. */
export function followTheme(): void {
  applyTheme();
  dark.addEventListener('change', applyTheme);
}

export function useTheme(): [ThemeChoice, (choice: ThemeChoice) => void] {
  const [choice, setChoice] = useState(stored);
  return [choice, (next) => {
    try {
      window.localStorage.setItem(key, next);
    } catch {
      // Without storage the choice lasts as long as the page.
    }
    setChoice(next);
    document.documentElement.dataset['theme'] = resolvedTheme(next);
    window.dispatchEvent(new CustomEvent('patchbay-theme'));
  }];
}

const tokenNames = [
  'ground', 'surface', 'surface-2', 'line', 'line-strong', 'text', 'text-2', 'accent', 'accent-text', 'accent-soft', 'good', 'good-soft',
  'warn', 'warn-soft', 'bad', 'bad-soft', 'focus', 'font', 'mono', 'small', 'normal', 'large', 'radius',
];

/** The tokens as they are now, for a plugin's page in its frame. */
export function themeTokens(): { theme: 'light' | 'dark'; tokens: Record<string, string> } {
  const style = getComputedStyle(document.documentElement);
  return {
    theme: document.documentElement.dataset['theme'] === 'dark' ? 'dark' : 'light',
    tokens: Object.fromEntries(tokenNames.map((name) => [`--pb-${name}`, style.getPropertyValue(`--pb-${name}`).trim()])),
  };
}
