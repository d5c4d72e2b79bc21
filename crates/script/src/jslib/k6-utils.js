// Random values, stages and correlation, as scripts import them from k6-utils.
import { check as plainCheck } from "k6";
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

// The text between two others, or an empty one; every such text when `repeat` is true.
export function findBetween(content, left, right, repeat = false) {
  const found = [];
  let from = 0;
  for (;;) {
    const start = content.indexOf(left, from);
    const end = start < 0 ? -1 : content.indexOf(right, start + left.length);
    if (end < 0) return repeat ? found : "";
    const text = content.slice(start + left.length, end);
    if (!repeat) return text;
    found.push(text);
    // A step is made even where both marks are empty.
    from = Math.max(end + right.length, start + 1);
    if (from > content.length) return found;
  }
}

// Stages whose targets follow a bell curve: `maxVus` in the middle, 2.5 standard deviations on either side.
export function normalDistributionStages(maxVus, durationSeconds, numberOfStages = 10) {
  const middle = (numberOfStages - 1) / 2;
  // Two stages are the middle of an even number of them.
  const top = middle % 1;
  const begin = (at) => Math.round((durationSeconds * at) / numberOfStages);
  return Array.from({ length: numberOfStages }, (_, at) => {
    const deviation = middle > top ? (2.5 * (Math.abs(at - middle) - top)) / (middle - top) : 0;
    return {
      duration: `${begin(at + 1) - begin(at)}s`,
      target: Math.max(1, Math.round(maxVus * Math.exp(-(deviation ** 2) / 2))),
    };
  });
}

const UNITS = { d: 86400000, h: 3600000, m: 60000, s: 1000, ms: 1, us: 0.001, "µs": 0.001, ns: 0.000001 };

function milliseconds(duration) {
  if (typeof duration === "number") return duration;
  let total = 0;
  for (const [, number, unit] of String(duration).matchAll(/(\d+(?:\.\d+)?)(ms|us|µs|ns|d|h|m|s)/g)) {
    total += Number(number) * UNITS[unit];
  }
  return total;
}

function currentScenario() {
  const scenario = (exec.test.options.scenarios || {})[exec.scenario.name];
  if (!scenario || !scenario.stages || scenario.stages.length === 0) {
    throw new Error(
      `scenario "${exec.scenario.name}" has no stages: only ramping-vus and ramping-arrival-rate have a current stage`,
    );
  }
  return scenario;
}

export function getCurrentStageIndex() {
  const { stages } = currentScenario();
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

// Whether the current stage goes up, down or stays: `ramp-up`, `ramp-down` or `steady`.
export function getCurrentStageProfile() {
  const scenario = currentScenario();
  const at = getCurrentStageIndex();
  const first = scenario.executor === "ramping-vus" ? (scenario.startVUs ?? 1) : (scenario.startRate ?? 0);
  const before = at > 0 ? scenario.stages[at - 1].target : first;
  const { target } = scenario.stages[at];
  if (before === target) return "steady";
  return before < target ? "ramp-up" : "ramp-down";
}

export function tagWithCurrentStageProfile() {
  exec.vu.tags.stage_profile = getCurrentStageProfile();
}

const isPromise = (value) => value !== null && typeof value === "object" && typeof value.then === "function";

// `check` that waits for promises, be it the value or a condition; a promise itself only when there are any.
export function check(value, conditions, tags) {
  if (isPromise(value)) return value.then((settled) => check(settled, conditions, tags));
  const outcomes = Object.entries(conditions).map(([name, condition]) => {
    try {
      return [name, { value: typeof condition === "function" ? condition(value) : condition }];
    } catch (error) {
      return [name, { error }];
    }
  });
  const count = () => {
    const known = {};
    for (const [name, outcome] of outcomes) {
      known[name] = () => {
        if ("error" in outcome) throw outcome.error;
        return outcome.value;
      };
    }
    return tags === undefined ? plainCheck(value, known) : plainCheck(value, known, tags);
  };
  const waiting = outcomes.map(([, outcome]) => outcome).filter((outcome) => isPromise(outcome.value));
  if (waiting.length === 0) return count();
  const settle = (outcome) =>
    outcome.value.then(
      (settled) => {
        outcome.value = settled;
      },
      (error) => {
        outcome.error = error;
      },
    );
  return Promise.all(waiting.map(settle)).then(count);
}
