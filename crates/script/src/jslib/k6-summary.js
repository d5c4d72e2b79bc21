// k6-summary. What does the work is loaded by the one user that calls it.
import { later } from "plimsoll/later";

let part;
const late = (name) => (...args) => (part ??= later("k6-summary.js"))[name](...args);

export const humanizeValue = late("humanizeValue");
export const jUnit = late("jUnit");
export const textSummary = late("textSummary");
