// The heat map: when how many requests took how long. Drawn on a canvas.
import type { Heat } from './data';
import { amount, clock, logTicks, span, ticks } from './format';
import { colour } from './theme';

const HEIGHT = 300;
const LEFT = 66;
const RIGHT = 14;
const TOP = 10;
const BOTTOM = 34;

type Colour = [number, number, number];

/** A colour of the style sheet as three numbers. */
function numbers(name: string): Colour {
  const hex = colour(name).replace('#', '');
  const at = (n: number) => parseInt(hex.slice(n * 2, n * 2 + 2), 16) || 0;
  return [at(0), at(1), at(2)];
}

function between(a: Colour, b: Colour, part: number): string {
  const mixed = a.map((from, at) => Math.round(from + (b[at]! - from) * part));
  return `rgb(${mixed.join(',')})`;
}

/** Three stops, so that few and many are told apart. */
function shade(part: number, stops: [Colour, Colour, Colour]): string {
  return part < 0.5 ? between(stops[0], stops[1], part * 2) : between(stops[1], stops[2], part * 2 - 1);
}

/** Draws a heat map; what takes it away again. */
export function draw(heat: Heat, into: HTMLElement, width: number): () => void {
  const canvas = document.createElement('canvas');
  const scale = window.devicePixelRatio || 1;
  canvas.width = Math.round(width * scale);
  canvas.height = Math.round(HEIGHT * scale);
  canvas.style.width = `${width}px`;
  canvas.style.height = `${HEIGHT}px`;
  const pen = canvas.getContext('2d')!;
  pen.scale(scale, scale);
  const [across, down] = [width - LEFT - RIGHT, HEIGHT - TOP - BOTTOM];
  const [columns, rows] = [heat.columns.length, heat.edges.length - 1];
  const [low, high] = [heat.edges[0]!, heat.edges[rows]!];
  const most = Math.max(1, ...heat.columns.flat());
  const y = (ms: number) => TOP + down - (Math.log(ms / low) / Math.log(high / low)) * down;
  const stops: [Colour, Colour, Colour] = [numbers('--heat-0'), numbers('--heat-1'), numbers('--heat-2')];
  const [wide, tall] = [across / columns, down / rows];

  heat.columns.forEach((column, at) => {
    column.forEach((count, row) => {
      if (count === 0) return;
      pen.fillStyle = shade(0.12 + 0.88 * (Math.log1p(count) / Math.log1p(most)), stops);
      const [left, top] = [LEFT + at * wide, TOP + down - (row + 1) * tall];
      pen.fillRect(left, top, Math.max(1, wide - (wide > 6 ? 1 : 0)), Math.max(1, tall - (tall > 6 ? 1 : 0)));
    });
  });
  pen.fillStyle = colour('--soft');
  pen.font = '12px system-ui, sans-serif';
  pen.textAlign = 'right';
  for (const ms of logTicks(low, high, 8)) pen.fillText(span(ms), LEFT - 8, y(ms) + 4);
  pen.textAlign = 'center';
  const end = columns * heat.step;
  for (const second of ticks(0, end, Math.max(2, Math.floor(across / 90)))) {
    pen.fillText(clock(second), LEFT + (second / end) * across, HEIGHT - BOTTOM + 18);
  }
  pen.strokeStyle = colour('--line');
  pen.strokeRect(LEFT - 0.5, TOP - 0.5, across + 1, down + 1);

  const readout = document.createElement('p');
  readout.className = 'readout';
  const rest = `The stronger the colour, the more requests: up to ${amount(most)} in a cell.`;
  readout.textContent = rest;
  canvas.addEventListener('pointermove', (event) => {
    const at = Math.floor((event.offsetX - LEFT) / wide);
    const row = Math.floor((TOP + down - event.offsetY) / tall);
    const count = heat.columns[at]?.[row];
    if (count === undefined) return;
    const [from, to] = [clock(at * heat.step), clock((at + 1) * heat.step)];
    readout.textContent =
      `From ${from} to ${to}: ${amount(count)} took ${span(heat.edges[row]!)} to ${span(heat.edges[row + 1]!)}`;
  });
  canvas.addEventListener('pointerleave', () => {
    readout.textContent = rest;
  });
  into.append(canvas, readout);
  return () => {
    canvas.remove();
    readout.remove();
  };
}
