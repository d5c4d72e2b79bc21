// Quantities as people read them, in the same words as the rest of the page.

function digits(value: number): string {
  const text = value < 9.995 ? value.toFixed(2) : value < 99.95 ? value.toFixed(1) : value.toFixed(0);
  return text.includes('.') ? text.replace(/\.?0+$/, '') : text;
}

/** Milliseconds with three digits that count. */
export function span(ms: number): string {
  if (!(ms > 0)) return '0';
  if (ms < 0.9995) return `${digits(ms * 1e3)} µs`;
  if (ms < 999.5) return `${digits(ms)} ms`;
  if (ms < 60_000) return `${digits(ms / 1e3)} s`;
  return clock(Math.round(ms / 1e3));
}

/** Seconds since the beginning. */
export function clock(seconds: number): string {
  const whole = Math.max(0, Math.round(seconds));
  const two = (n: number) => String(n).padStart(2, '0');
  const [h, m, s] = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60, whole % 60];
  return h > 0 ? `${h}:${two(m)}:${two(s)}` : `${m}:${two(s)}`;
}

/** A plain number. */
export function amount(value: number): string {
  if (value >= 100) return Math.round(value).toLocaleString('en-US');
  return digits(value);
}

/** A share as a percentage, with as many nines as it has. */
export function percentile(q: number): string {
  return `${parseFloat((q * 100).toFixed(4))} %`;
}

/** A share as a percentage. */
export function percentage(share: number): string {
  return `${digits(share * 100)} %`;
}

/** A piece of a drawing. */
export function element(name: string, attributes: Record<string, string | number>, text?: string): SVGElement {
  const made = document.createElementNS('http://www.w3.org/2000/svg', name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, String(value));
  if (text !== undefined) made.textContent = text;
  return made;
}

/** Steps of 1, 2 and 5 within a range that are fit for an axis. */
export function ticks(low: number, high: number, most: number): number[] {
  const rough = (high - low) / Math.max(1, most);
  const power = 10 ** Math.floor(Math.log10(rough || 1));
  const step = [1, 2, 5, 10].map((n) => n * power).find((n) => n >= rough) ?? power * 10;
  const found: number[] = [];
  for (let at = Math.ceil(low / step) * step; at <= high + step * 1e-6; at += step) found.push(at);
  return found;
}

/** The same on a logarithmic axis. */
export function logTicks(low: number, high: number, most: number): number[] {
  const found: number[] = [];
  for (let power = Math.floor(Math.log10(low)); power <= Math.ceil(Math.log10(high)); power += 1) {
    for (const n of [1, 2, 5]) {
      const at = n * 10 ** power;
      if (at >= low * 0.999 && at <= high * 1.001) found.push(at);
    }
  }
  const tens = found.filter((at) => Math.abs(Math.log10(at) % 1) < 1e-9);
  return found.length > most && tens.length > 1 ? tens : found;
}
