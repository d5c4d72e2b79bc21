// Records what Node.js gives for the expressions in cases.json: `node record.mjs`, with Node.js 20. A new case is a
// line with an area and an expression; its value is filled in.
import fs from "node:fs";
import { createRequire } from "node:module";
import os from "node:os";
import path from "node:path";

const here = import.meta.dirname;
const prelude = fs.readFileSync(path.join(here, "prelude.js"), "utf8");
const cases = JSON.parse(fs.readFileSync(path.join(here, "cases.json"), "utf8"));
const folder = fs.mkdtempSync(path.join(os.tmpdir(), "cases-"));
fs.mkdirSync(path.join(folder, "folder", "sub"), { recursive: true });
fs.writeFileSync(path.join(folder, "data.txt"), "hello\nworld\n");
fs.writeFileSync(path.join(folder, "folder", "a.json"), '{"a":1}');
fs.writeFileSync(path.join(folder, "folder", "sub", "b"), "x");
process.chdir(folder);
const require = createRequire(import.meta.url);
const lines = [];
for (const [area, code] of cases) {
  const value = await new Function("require", `${prelude}; return (${code});`)(require);
  lines.push(`  ${JSON.stringify([area, code, JSON.parse(JSON.stringify(value) ?? "null")])}`);
}
fs.writeFileSync(path.join(here, "cases.json"), `[\n${lines.join(",\n")}\n]\n`);
fs.rmSync(folder, { recursive: true });
