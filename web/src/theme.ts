// Dark or light, and the colours that charts take from the style sheet.

/** Which series has which colour: names of custom properties. */
export const RUNS = [0, 1, 2, 3, 4, 5, 6, 7].map((n) => `--run-${n}`);
export const PHASES = [0, 1, 2, 3, 4, 5].map((n) => `--phase-${n}`);

const root = document.documentElement;

/** A colour as the style sheet has it now: `#` and six digits. */
export function colour(name: string): string {
  return getComputedStyle(root).getPropertyValue(name).trim();
}

/** The same, mostly see-through. */
export function veil(name: string, part: number): string {
  return colour(name) + Math.round(part * 255).toString(16).padStart(2, '0');
}

function isDark(): boolean {
  const chosen = root.dataset['theme'];
  return chosen ? chosen === 'dark' : matchMedia('(prefers-color-scheme: dark)').matches;
}

/** Makes the switch work; `changed` is called whenever colours are others. */
export function prepare(changed: () => void): void {
  const button = document.getElementById('theme');
  const label = () => {
    if (button) button.textContent = isDark() ? 'Light' : 'Dark';
    button?.setAttribute('aria-label', isDark() ? 'Switch to light colours' : 'Switch to dark colours');
  };
  if (button) {
    button.hidden = false;
    button.addEventListener('click', () => {
      root.dataset['theme'] = isDark() ? 'light' : 'dark';
      label();
      changed();
    });
  }
  matchMedia('(prefers-color-scheme: dark)').addEventListener('change', () => {
    label();
    changed();
  });
  label();
}
