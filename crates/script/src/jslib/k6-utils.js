// Random values, stages and correlation, as scripts import them from k6-utils.
import { check as checkSync } from "k6";
import exec from "k6/execution";

const LETTERS = "abcdefghijklmnopqrstuvwxyz";

export function randomIntBetween(min, max) {
  return Math.floor(Math.random() * (max - min + 1) + min);
}

export function randomItem(items) {
  return items[Math.floor(Math.random() * items.length)];
}

export function randomString(length, charset = LETTERS) {
  let text = "";
  for (let left = length; left > 0; left -= 1) text += charset[Math.floor(Math.random() * charset.length)];
  return text;
}

export function uuidv4() {
  const digit = (any) => ((any === "x" ? Math.random() * 16 : 8 + Math.random() * 4) | 0).toString(16);
  return "xxxxxxxx-xxxx-4xxx-yxxx-xxxxxxxxxxxx".replace(/[xy]/g, digit);
}

// The text between two others; every such text when `repeat` is true.
export function findBetween(content, left, right, repeat = false) {
  const found = [];
  let from = 0;
  for (;;) {
    const start = content.indexOf(left, from);
    if (start < 0) break;
    const end = content.indexOf(right, start + left.length);
    if (end < 0) break;
    const text = content.slice(start + left.length, end);
    if (!repeat) return text;
    found.push(text);
    from = end + right.length;
  }
  return repeat ? found : null;
}

// Stages whose targets follow a bell curve with its top in the middle.
export function normalDistributionStages(maxVus, durationSeconds, numberOfStages = 10) {
  const middle = numberOfStages / 2;
  const spread = numberOfStages / 6 || 1;
  const bell = (x) => Math.exp(-((x - middle) ** 2) / (2 * spread * spread));
  const seconds = Math.ceil(durationSeconds / (numberOfStages + 2));
  const stages = [];
  for (let at = 0; at <= numberOfStages; at += 1) {
    stages.push({ duration: `${seconds}s`, target: Math.ceil(maxVus * bell(at)) });
  }
  stages.push({ duration: `${seconds}s`, target: 0 });
  return stages;
}

const UNITS = { d: 86400000, h: 3600000, m: 60000, s: 1000, ms: 1 };

function milliseconds(duration) {
  if (typeof duration === "number") return duration;
  let total = 0;
  for (const [, number, unit] of String(duration).matchAll(/(\d+(?:\.\d+)?)(ms|d|h|m|s)/g)) {
    total += Number(number) * UNITS[unit];
  }
  return total;
}

function currentStages() {
  const scenario = exec.test.options.scenarios[exec.scenario.name];
  if (!scenario || !scenario.stages || scenario.stages.length === 0) {
    throw new Error(`only ramping-vus or ramping-arrival-rate supports stages, it is not possible to get a stage index on other executors.`);
  }
  return scenario.stages;
}

export function getCurrentStageIndex() {
  const stages = currentStages();
  const elapsed = Date.now() - exec.scenario.startTime;
  let end = 0;
  for (let at = 0; at < stages.length; at += 1) {
    end += milliseconds(stages[at].duration);
    if (elapsed < end) return at;
  }
  return stages.length - 1;
}

export function tagWithCurrentStageIndex() {
  exec.vu.tags.stage = String(getCurrentStageIndex());
}

export function getCurrentStageProfile() {
  const stages = currentStages();
  const at = getCurrentStageIndex();
  const scenario = exec.test.options.scenarios[exec.scenario.name];
  const before = at > 0 ? stages[at - 1].target : (scenario.startVUs ?? scenario.startRate ?? 0);
  if (before === stages[at].target) return "steady";
  return before < stages[at].target ? "ramp-up" : "ramp-down";
}

export function tagWithCurrentStageProfile() {
  exec.vu.tags.stage_profile = getCurrentStageProfile();
}

// `check` that waits for promises among the conditions and the value.
export async function check(value, conditions, tags) {
  const settled = await value;
  const results = {};
  for (const [name, condition] of Object.entries(conditions)) {
    const result = await (typeof condition === "function" ? condition(settled) : condition);
    results[name] = () => result;
  }
  return checkSync(settled, results, tags);
}
