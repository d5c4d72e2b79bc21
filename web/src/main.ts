// The script of a report: draws its charts and makes its tables sortable. Everything it shows is in the page as text
// already; without it nothing is missing but pictures.
import uplotStyle from 'uplot/dist/uPlot.min.css';

import * as contents from './contents';
import * as curve from './curve';
import { read } from './data';
import * as heat from './heat';
import * as overTime from './over_time';
import * as plot from './plot';
import * as tables from './tables';
import * as theme from './theme';

/** Paper is about so wide. */
const PAPER = 660;

const { runs, plots } = read();
let gone: (() => void)[] = [];
let printing = false;

function drawOne(figure: HTMLElement): (() => void) | null {
  const kind = figure.dataset['chart'] ?? '';
  const at = Number(figure.dataset['run'] ?? 0);
  const into = figure.querySelector<HTMLElement>('.plot');
  if (!into) return null;
  const room = Math.floor(into.clientWidth);
  const width = printing ? Math.min(room, PAPER) : room;
  if (width < 50) return null;
  const points = kind === 'plot' ? plots[at] : undefined;
  if (points) return plot.draw(points, into, width);
  const run = runs[at];
  if (!run) return null;
  if (kind === 'curve') return curve.draw([run], into, width);
  if (kind === 'compare-curve') return curve.draw(runs, into, width);
  if (kind === 'heat') return heat.draw(run.heat, into, width);
  return overTime.draw(kind, runs, run, into, width);
}

function drawAll(): void {
  gone.forEach((remove) => remove());
  gone = [];
  document.querySelectorAll<HTMLElement>('figure.chart').forEach((figure) => {
    const remove = drawOne(figure);
    figure.hidden = remove === null && !figure.querySelector('.plot')?.firstChild && figure.clientWidth > 50;
    if (remove) gone.push(remove);
  });
}

const style = document.createElement('style');
style.textContent = uplotStyle;
document.head.prepend(style);
document.documentElement.classList.add('js');

theme.prepare(drawAll);
tables.prepare();
contents.prepare();
drawAll();

let wide = document.body.clientWidth;
new ResizeObserver(() => {
  if (printing || document.body.clientWidth === wide) return;
  wide = document.body.clientWidth;
  requestAnimationFrame(drawAll);
}).observe(document.body);

let chosen: string | undefined;
window.addEventListener('beforeprint', () => {
  printing = true;
  chosen = document.documentElement.dataset['theme'];
  document.documentElement.dataset['theme'] = 'light';
  drawAll();
});
window.addEventListener('afterprint', () => {
  printing = false;
  if (chosen === undefined) delete document.documentElement.dataset['theme'];
  else document.documentElement.dataset['theme'] = chosen;
  drawAll();
});
