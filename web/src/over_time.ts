// Charts over time, by uPlot: percentiles, throughput, users, phases, and runs over one another.
import uPlot from 'uplot';

import type { Maybe, Run } from './data';
import { amount, clock, span } from './format';
import { PHASES, RUNS, colour, veil } from './theme';

interface Line {
  label: string;
  values: Maybe[];
  /** What the legend says, where that is not what is drawn. */
  said?: Maybe[];
  colour: string;
  fill?: number;
  width?: number;
  dash?: number[];
  stepped?: boolean;
}

interface Chart {
  seconds: number[];
  lines: Line[];
  height: number;
  show: (value: number) => string;
  /** Lines between which the space is filled. */
  band?: [number, number];
}

const SYNC = 'time';

function options(chart: Chart, width: number): uPlot.Options {
  const show = (value: Maybe | undefined) => (value === null || value === undefined ? '' : chart.show(value));
  const last = chart.seconds[chart.seconds.length - 1] ?? 0;
  const axis = {
    stroke: colour('--soft'),
    grid: { stroke: colour('--line'), width: 1 },
    ticks: { stroke: colour('--line'), width: 1, size: 4 },
    font: '12px system-ui, sans-serif',
  };
  return {
    width,
    height: chart.height,
    scales: {
      x: { time: false, range: [0, Math.max(1, last)] },
      y: { range: (_plot, _low, high) => [0, high > 0 ? high * 1.08 : 1] },
    },
    axes: [
      { ...axis, values: (_plot, at) => at.map(clock), grid: { show: false }, size: 28, gap: 4 },
      { ...axis, values: (_plot, at) => at.map(chart.show), size: 66, gap: 6 },
    ],
    series: [
      { label: 'Time', value: (_plot, at) => (at === null || at === undefined ? '' : clock(at)) },
      ...chart.lines.map((line): uPlot.Series => {
        const series: uPlot.Series = {
          label: line.label,
          stroke: colour(line.colour),
          width: line.width ?? 1.6,
          value: (_plot, value, _series, slot) =>
            show(line.said && slot !== null && slot !== undefined ? line.said[slot] : value),
          points: { show: chart.seconds.length < 3, size: 6, fill: colour(line.colour) },
          spanGaps: false,
        };
        if (line.fill) series.fill = veil(line.colour, line.fill);
        if (line.dash) series.dash = line.dash;
        if (line.stepped) series.paths = uPlot.paths.stepped!({ align: 1 });
        return series;
      }),
    ],
    bands: chart.band ? [{ series: chart.band, fill: veil(chart.lines[0]!.colour, 0.12) }] : [],
    cursor: { sync: { key: SYNC }, points: { size: 6 }, drag: { x: true, y: false } },
    legend: { live: true },
  };
}

function latency(run: Run): Chart {
  const { p50 = [], p95 = [], p99 = [] } = run.latency;
  return {
    seconds: run.seconds,
    height: 270,
    show: span,
    // The upper line first: uPlot fills from one series down to the next.
    band: [2, 1],
    lines: [
      { label: 'Median', values: p50, colour: '--p50', width: 2 },
      { label: '95th', values: p95, colour: '--p95' },
      { label: '99th', values: p99, colour: '--p99', width: 1.2 },
    ],
  };
}

function requests(run: Run): Chart {
  const lines: Line[] = [{ label: 'Requests/s', values: run.requests, colour: '--p50', fill: 0.14 }];
  if (run.failed.some((n) => n > 0)) lines.push({ label: 'Failed/s', values: run.failed, colour: '--bad', fill: 0.4 });
  return { seconds: run.seconds, height: 170, show: amount, lines };
}

function iterations(run: Run): Chart {
  const lines = [{ label: 'Iterations/s', values: run.iterations, colour: '--p50', fill: 0.14 }];
  return { seconds: run.seconds, height: 170, show: amount, lines };
}

function users(run: Run): Chart {
  const lines = [{ label: 'Users', values: run.users, colour: '--soft', fill: 0.12, stepped: true }];
  return { seconds: run.seconds, height: 130, show: amount, lines };
}

/** Phases one upon the other: every line is the sum of itself and those below. */
function phases(run: Run): Chart {
  const names = Object.keys(run.phases).filter((name) => run.phases[name]!.some((ms) => (ms ?? 0) > 0));
  const sums = run.seconds.map(() => 0);
  const lines = names.map((name): Line => {
    const at = Object.keys(run.phases).indexOf(name);
    const values = run.phases[name]!.map((ms, slot) => {
      sums[slot] = (sums[slot] ?? 0) + (ms ?? 0);
      return ms === null ? null : sums[slot]!;
    });
    return { label: name, values, said: run.phases[name]!, colour: PHASES[at]!, fill: 1, width: 0.5 };
  });
  // Drawn from the highest down, so that each covers what belongs to those above.
  return { seconds: run.seconds, height: 190, show: span, lines: lines.reverse() };
}

/** The same series of all runs on one axis of time. */
function together(runs: Run[], values: (run: Run) => Maybe[], show: (value: number) => string): Chart {
  const all = new Set(runs.flatMap((run) => run.seconds));
  const seconds = [...all].sort((a, b) => a - b);
  const lines = runs.map((run, at): Line => {
    const known = new Map(run.seconds.map((second, slot) => [second, values(run)[slot] ?? null]));
    const letter = String.fromCharCode(65 + at);
    return {
      label: `${letter} ${run.label}`,
      values: seconds.map((second) => known.get(second) ?? null),
      colour: RUNS[at % RUNS.length]!,
      dash: at >= 4 ? [6, 4] : [],
    };
  });
  return { seconds, height: 270, show, lines };
}

/** The chart of a kind, if it is one over time. */
function of(kind: string, runs: Run[], run: Run): Chart | null {
  switch (kind) {
    case 'latency': return latency(run);
    case 'requests': return requests(run);
    case 'iterations': return iterations(run);
    case 'users': return users(run);
    case 'phases': return phases(run);
    case 'compare-latency': return together(runs, (one) => one.latency.p95 ?? [], span);
    case 'compare-requests': return together(runs, (one) => one.requests, amount);
    default: return null;
  }
}

/** Draws a chart over time; what takes it away again, or nothing when it is none of these. */
export function draw(kind: string, runs: Run[], run: Run, into: HTMLElement, width: number): (() => void) | null {
  const chart = of(kind, runs, run);
  if (!chart || chart.lines.length === 0) return null;
  const values = chart.lines.map((line) => line.values);
  const plot = new uPlot(options(chart, width), [chart.seconds, ...values] as uPlot.AlignedData, into);
  return () => plot.destroy();
}
