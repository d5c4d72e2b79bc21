// jsonpath. What does the work is loaded by the users that call it.
import { later } from "plimsoll/later";

let part;
const late = (name) => (...args) => (part ??= later("jsonpath.js"))[name](...args);

export const apply = late("apply");
export const nodes = late("nodes");
export const parent = late("parent");
export const parse = late("parse");
export const paths = late("paths");
export const query = late("query");
export const stringify = late("stringify");
export const value = late("value");

export default { apply, nodes, parent, parse, paths, query, stringify, value };
