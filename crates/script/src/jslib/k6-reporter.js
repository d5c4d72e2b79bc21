// k6-reporter. What does the work is loaded by the one user that calls it, and uses Date and Set.
import { later } from "plimsoll/later";

export const htmlReport = (...args) => later("k6-reporter.js").htmlReport(...args);
export default htmlReport;
