// ajv. What does the work is loaded by the users that make one, and uses ArrayBuffer, Date, Map, Set and Uint8Array.
import { later } from "plimsoll/later";

let part;

export function Ajv(options) {
  part ??= later("ajv.js");
  return new part.Ajv(options);
}
export default Ajv;
