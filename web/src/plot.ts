// Charts of points: runs of a history, levels of load. Drawn as SVG.
import type { Plot, Unit } from './data';
import { amount, element, logTicks, percentage, span, ticks } from './format';
import { colour } from './theme';

const HEIGHT = 280;
const LEFT = 66;
const RIGHT = 16;
const TOP = 12;
const BOTTOM = 44;

function written(unit: Unit, value: number): string {
  if (unit === 'ms') return span(value);
  return unit === 'share' ? percentage(value) : amount(value);
}

/** Draws a chart; what takes it away again. */
export function draw(plot: Plot, into: HTMLElement, width: number): () => void {
  const points = plot.marks.flatMap((marks) => marks.points);
  const [xs, ys] = [points.map(([x]) => x), points.flatMap(([, y, low, high]) => [y, low ?? y, high ?? y])];
  const [from, to] = [Math.min(...xs), Math.max(...xs)];
  const margin = (to - from || 1) * 0.03;
  const base = Math.min(0, ...ys);
  const high = base + (Math.max(...ys, 0) - base) * 1.08 || 1;
  const positive = ys.filter((value) => value > 0);
  const low = Math.min(...positive) * 0.8;
  const isLog = plot.y.unit === 'ms' && base === 0 && high / low > 60;
  const [first, last] = [from - margin, to + margin];
  const x = (value: number) => LEFT + ((value - first) / (last - first)) * (width - LEFT - RIGHT);
  const part = (value: number) =>
    isLog ? Math.log(Math.max(value, low) / low) / Math.log(high / low) : (value - base) / (high - base);
  const y = (value: number) => HEIGHT - BOTTOM - part(value) * (HEIGHT - TOP - BOTTOM);

  const svg = element('svg', { width, height: HEIGHT, viewBox: `0 0 ${width} ${HEIGHT}`, class: 'curve' });
  for (const value of isLog ? logTicks(low, high, 8) : ticks(base, high, 6)) {
    svg.append(element('line', { x1: LEFT, x2: width - RIGHT, y1: y(value), y2: y(value), class: 'grid' }));
    svg.append(element('text', { x: LEFT - 8, y: y(value) + 4, 'text-anchor': 'end' }, written(plot.y.unit, value)));
  }
  for (const value of ticks(from, to, Math.max(2, Math.floor(width / 90)))) {
    svg.append(element('text', { x: x(value), y: HEIGHT - BOTTOM + 18, 'text-anchor': 'middle' }, written(plot.x.unit, value)));
  }
  svg.append(element('text', { x: (LEFT + width - RIGHT) / 2, y: HEIGHT - 6, 'text-anchor': 'middle' }, plot.x.title));
  const readout = document.createElement('p');
  readout.className = 'readout';
  const rest = plot.marks.map((marks) => marks.name);
  for (const marks of plot.marks) {
    const stroke = colour(marks.colour);
    if (marks.shape !== 'dots') {
      const d = marks.points.map(([at, value], n) => `${n ? 'L' : 'M'}${x(at).toFixed(1)} ${y(value).toFixed(1)}`).join('');
      const dash = marks.shape === 'dashes' ? '6 5' : 'none';
      svg.append(element('path', { d, fill: 'none', stroke, 'stroke-width': 2, 'stroke-dasharray': dash, 'data-line': marks.name }));
      continue;
    }
    marks.points.forEach(([at, value, lower, upper]) => {
      if (lower !== null && upper !== null) {
        const d = `M${x(at).toFixed(1)} ${y(lower).toFixed(1)}V${y(upper).toFixed(1)}`;
        svg.append(element('path', { d, fill: 'none', stroke, 'stroke-width': 1.5, opacity: 0.7 }));
      }
      svg.append(element('circle', { cx: x(at), cy: y(value), r: 4, fill: stroke, 'data-dot': marks.name }));
    });
  }
  const legend = document.createElement('p');
  legend.className = 'legend';
  const named = new Set<string>();
  plot.marks.forEach((marks, at) => {
    if (named.has(marks.name)) return;
    named.add(marks.name);
    const key = document.createElement('i');
    key.className = marks.shape === 'dots' ? 'dot' : 'stroke';
    key.style.borderColor = colour(marks.colour);
    key.style.borderStyle = marks.shape === 'dashes' ? 'dashed' : 'solid';
    const name = document.createElement('span');
    name.append(key, rest[at]!);
    legend.append(name);
  });
  into.append(legend, svg, readout);

  svg.addEventListener('pointermove', (event) => {
    const { offsetX, offsetY } = event as PointerEvent;
    let best: { distance: number; text: string } = { distance: 40 ** 2, text: '' };
    for (const marks of plot.marks.filter((one) => one.shape === 'dots')) {
      marks.points.forEach(([at, value, lower, upper], n) => {
        const distance = (x(at) - offsetX) ** 2 + (y(value) - offsetY) ** 2;
        if (distance >= best.distance) return;
        const ends = lower !== null && upper !== null
          ? ` (${written(plot.y.unit, lower)} – ${written(plot.y.unit, upper)})` : '';
        const label = marks.labels[n] ? ` · ${marks.labels[n]}` : '';
        best = { distance, text: `${marks.name}: ${written(plot.y.unit, value)}${ends} at ${written(plot.x.unit, at)}${label}` };
      });
    }
    readout.textContent = best.text;
  });
  svg.addEventListener('pointerleave', () => {
    readout.textContent = '';
  });
  return () => {
    legend.remove();
    svg.remove();
    readout.remove();
  };
}
