// Random values, stages and correlation, as scripts import them from k6-utils. What concerns stages, and the check
// that waits, is loaded by the users that call it, and uses Date, Proxy and execution.
import { later } from "plimsoll/later";

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

let part;
const late = (name) => (...args) => (part ??= later("k6-utils.js"))[name](...args);

export const check = late("check");
export const getCurrentStageIndex = late("getCurrentStageIndex");
export const getCurrentStageProfile = late("getCurrentStageProfile");
export const tagWithCurrentStageIndex = late("tagWithCurrentStageIndex");
export const tagWithCurrentStageProfile = late("tagWithCurrentStageProfile");
