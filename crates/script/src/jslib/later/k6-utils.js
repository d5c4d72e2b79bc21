// The current stage and the check that waits, the later part of k6-utils.
import { check as plainCheck } from "k6";
import exec from "k6/execution";

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
