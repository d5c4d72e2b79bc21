// papaparse. What does the work is loaded by the users that call it, and uses Date and Set.
import { later } from "plimsoll/later";

let part;
const late = (name) => (...args) => (part ??= later("papaparse.js"))[name](...args);

export const parse = late("parse");
export const unparse = late("unparse");
export const RECORD_SEP = "\u001e";
export const UNIT_SEP = "\u001f";
export const BYTE_ORDER_MARK = "\ufeff";
export const BAD_DELIMITERS = ["\r", "\n", '"', BYTE_ORDER_MARK];

export default { parse, unparse, RECORD_SEP, UNIT_SEP, BYTE_ORDER_MARK, BAD_DELIMITERS };
