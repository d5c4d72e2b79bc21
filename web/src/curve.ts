// The percentile curve: how long the slowest one in ten, hundred, thousand took. Drawn as SVG.
import type { Run } from './data';
import { element, logTicks, percentile, span, ticks } from './format';
import { RUNS, colour } from './theme';

const HEIGHT = 300;
const LEFT = 66;
const RIGHT = 14;
const TOP = 10;
const BOTTOM = 34;

/** How far to the right a share lies: one step for each nine. */
const nines = (q: number) => -Math.log10(1 - q);

/** Draws the curves of some runs; what takes them away again. */
export function draw(runs: Run[], into: HTMLElement, width: number): () => void {
  const shown = runs.filter((run) => run.curve.length > 1);
  const reach = Math.max(0.5, ...shown.map((run) => nines(run.curve[run.curve.length - 1]![0])));
  const values = shown.flatMap((run) => run.curve.map(([, ms]) => ms)).filter((ms) => ms > 0);
  const [low, high] = [Math.min(...values), Math.max(...values) * 1.05];
  const isLog = high / low > 40;
  const x = (q: number) => LEFT + (nines(q) / reach) * (width - LEFT - RIGHT);
  const part = (ms: number) => (isLog ? Math.log(Math.max(ms, low) / low) / Math.log(high / low) : ms / high);
  const y = (ms: number) => HEIGHT - BOTTOM - part(ms) * (HEIGHT - TOP - BOTTOM);

  const svg = element('svg', { width, height: HEIGHT, viewBox: `0 0 ${width} ${HEIGHT}`, class: 'curve' });
  for (const ms of isLog ? logTicks(low, high, 8) : ticks(0, high, 6)) {
    svg.append(element('line', { x1: LEFT, x2: width - RIGHT, y1: y(ms), y2: y(ms), class: 'grid' }));
    svg.append(element('text', { x: LEFT - 8, y: y(ms) + 4, 'text-anchor': 'end' }, span(ms)));
  }
  for (const q of [0.5, 0.9, 0.99, 0.999, 0.9999, 0.99999].filter((q) => nines(q) <= reach + 0.01)) {
    svg.append(element('line', { x1: x(q), x2: x(q), y1: TOP, y2: HEIGHT - BOTTOM, class: 'grid' }));
    svg.append(element('text', { x: x(q), y: HEIGHT - BOTTOM + 18, 'text-anchor': 'middle' }, percentile(q)));
  }
  shown.forEach((run) => {
    const path = run.curve.map(([q, ms], at) => `${at ? 'L' : 'M'}${x(q).toFixed(1)} ${y(ms).toFixed(1)}`).join('');
    const stroke = runs.length > 1 ? colour(RUNS[runs.indexOf(run) % RUNS.length]!) : colour('--p50');
    svg.append(element('path', { d: path, fill: 'none', stroke, 'stroke-width': 2, 'data-line': run.label }));
  });
  into.append(svg);
  const readout = document.createElement('p');
  readout.className = 'readout';
  const rest = 'Share of requests that took up to so long; each step to the right is ten times rarer.';
  readout.textContent = rest;
  into.append(readout);

  const cursor = element('line', { y1: TOP, y2: HEIGHT - BOTTOM, class: 'cursor', visibility: 'hidden' });
  svg.append(cursor);
  svg.addEventListener('pointermove', (event) => {
    const at = ((event as PointerEvent).offsetX - LEFT) / (width - LEFT - RIGHT);
    if (at < 0 || at > 1) return;
    const q = 1 - 10 ** (-at * reach);
    const texts = shown.map((run) => {
      const point = run.curve.find(([share]) => share >= q) ?? run.curve[run.curve.length - 1]!;
      const name = runs.length > 1 ? `${String.fromCharCode(65 + runs.indexOf(run))} ` : '';
      return `${name}${span(point[1])}`;
    });
    readout.textContent = `${percentile(q)} took up to ${texts.join(', ')}`;
    for (const end of ['x1', 'x2']) cursor.setAttribute(end, String(x(q)));
    cursor.setAttribute('visibility', 'visible');
  });
  svg.addEventListener('pointerleave', () => {
    cursor.setAttribute('visibility', 'hidden');
    readout.textContent = rest;
  });
  return () => {
    svg.remove();
    readout.remove();
  };
}
