// What the page brings along for its charts; `crates/report/src/html/data.rs` writes it.

/** A number, or nothing where nothing was measured. */
export type Maybe = number | null;

export interface Heat {
  /** Seconds a column. */
  step: number;
  /** Ends of rows in milliseconds, ascending. */
  edges: number[];
  /** Counts, a column each. */
  columns: number[][];
}

export interface Run {
  label: string;
  metric: string | null;
  /** Begin of each slot of time. */
  seconds: number[];
  /** Milliseconds by percentile, in each slot. */
  latency: Partial<Record<'p50' | 'p95' | 'p99' | 'max', Maybe[]>>;
  requests: number[];
  iterations: number[];
  received: number[];
  failed: number[];
  users: Maybe[];
  /** Mean milliseconds of each phase, in each slot. */
  phases: Record<string, Maybe[]>;
  /** Share and milliseconds, ascending. */
  curve: [number, number][];
  heat: Heat;
}

export type Unit = 'number' | 'ms' | 'share';

/** Points that are drawn alike. */
export interface Marks {
  name: string;
  shape: 'dots' | 'line' | 'dashes';
  /** A custom property of the style sheet. */
  colour: string;
  /** To the right, up, and the ends of an interval. */
  points: [number, number, Maybe, Maybe][];
  /** What is said of each point besides. */
  labels: string[];
}

export interface Plot {
  x: { title: string; unit: Unit };
  y: { title: string; unit: Unit };
  marks: Marks[];
}

export interface Data {
  version: number;
  runs: Run[];
  plots: Plot[];
}

/** Reads what the page brings along. */
export function read(): Data {
  const element = document.getElementById('data');
  return JSON.parse(element?.textContent ?? '{"version":1,"runs":[],"plots":[]}') as Data;
}
