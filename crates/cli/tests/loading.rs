//! What scripts import: TypeScript, CommonJS, JSON, packages and helper modules, loaded by the real binary.

mod program;

use std::path::Path;
use std::process::Command;

use program::{folder, plimsoll, said};

/// Runs the program in `folder`; exit status, standard output and log.
fn ends(folder: &Path, args: &[&str]) -> (i32, String, String) {
    said(&mut plimsoll(folder, args))
}

/// Runs the first of `files` once, with the others beside it.
fn run(files: &[(&str, &str)]) -> (i32, String, String) {
    let folder = folder();
    for (name, text) in files {
        let path = folder.path().join(name);
        std::fs::create_dir_all(path.parent().expect("it is in the folder")).expect("it can be made");
        std::fs::write(path, text).expect("it can be written");
    }
    ends(folder.path(), &["run", "-q", files[0].0])
}

#[test]
fn modules_of_every_kind_are_imported() {
    let check = |files: &[(&str, &str)], wanted: &str| {
        let (code, _, log) = run(files);
        assert!(code == 0 && log.contains(wanted), "{}: {code}: {log}", files[0].1);
    };
    let main = |text| ("t.js", text);
    check(
        &[
            main("import c, { a } from './c.js'; export default () => console.log('got', a, c.b);"),
            ("c.js", "exports.a = 1; exports.b = 2;"),
        ],
        "got 1 2",
    );
    check(
        &[
            main("import c, { a } from './c.js'; export default () => console.log('got', a, c);"),
            (
                "c.js",
                "Object.defineProperty(exports, '__esModule', { value: true }); exports.default = 7; exports.a = 1;",
            ),
        ],
        "got 1 7",
    );
    check(
        &[
            main("import data from './d.json'; export default () => console.log('got', data.list[1]);"),
            ("d.json", r#"{"list":[1,"two"]}"#),
        ],
        "got two",
    );
    check(
        &[
            main("const d = require('./d.json'); exports.default = () => console.log('got', d.a);"),
            ("d.json", r#"{"a":"b"}"#),
        ],
        "got b",
    );
    check(
        &[
            main("import { twice } from './u.ts'; export default () => console.log('got', twice(2));"),
            ("u.ts", "export enum E { A = 2 }\nexport const twice = (n: number): number => n * E.A;"),
        ],
        "got 4",
    );
    check(
        &[
            main(
                "import p from 'pkg'; import { s } from '@o/q/sub'; export default () => console.log('got', p.n, s);",
            ),
            ("node_modules/pkg/package.json", r#"{"main":"./lib"}"#),
            ("node_modules/pkg/lib/index.js", "module.exports = { n: require('./n').n };"),
            ("node_modules/pkg/lib/n.js", "exports.n = 5;"),
            ("node_modules/@o/q/package.json", r#"{"exports":{"./sub":{"import":"./s.mjs"}}}"#),
            ("node_modules/@o/q/s.mjs", "export const s = 'sub';"),
        ],
        "got 5 sub",
    );
}

#[test]
fn modules_and_commonjs_meet() {
    let check = |files: &[(&str, &str)], wanted: &str| {
        let (code, _, log) = run(files);
        assert!(code == 0 && log.contains(wanted), "{}: {code}: {log}", files[0].1);
    };
    let main = |text| ("t.js", text);
    check(
        &[
            main("import f, { a } from './f.js'; export default () => console.log('got', f(), f.a, a);"),
            (
                "f.js",
                "module.exports = function () { return this === undefined ? 'strict' : 'sloppy'; }; module.exports.a = 1;",
            ),
        ],
        "got sloppy 1 1",
    );
    // One module, whichever way it is asked for.
    check(
        &[
            main(
                "import { count } from './m.js'; const m = require('./m.js'); \
                 export default () => { m.count.up(); console.log('got', count.n, m.default); };",
            ),
            ("m.js", "export const count = { n: 0, up() { this.n += 1; } }; export default 'd';"),
        ],
        "got 1 d",
    );
    check(
        &[main(
            "const http = require('k6/http'); const { check } = require('k6'); \
                  module.exports.default = () => console.log('got', typeof http.get, typeof check);",
        )],
        "got function function",
    );
    // As bundlers write it.
    check(
        &[main(
            "!function(e,t){for(var n in t)e[n]=t[n]}(exports,function(e){var t={};function n(r){if(t[r])return \
             t[r].exports;var o=t[r]={i:r,l:!1,exports:{}};return e[r].call(o.exports,o,o.exports,n),o.l=!0,o.exports}\
             return n(0)}([function(e,t,n){'use strict';Object.defineProperty(t,'__esModule',{value:!0});\
             t.options={iterations:2};var r=n(1);t.default=function(){console.log('got',typeof r.check)}},\
             function(e,t){e.exports=require('k6')}]));",
        )],
        "got function",
    );
    check(
        &[main(
            "export default () => console.log('got', import.meta.resolve('./lib/a.js').endsWith('/lib/a.js'));",
        )],
        "got true",
    );
    check(
        &[
            ("t.ts", "import { b } from './b'; export default (): void => console.log('got', b);"),
            ("b.ts", "export const b: number = 6;"),
        ],
        "got 6",
    );
}

#[test]
fn errors_in_commonjs_name_the_users_place() {
    let (_, _, log) = run(&[("t.js", "exports.default = () => { throw new Error('first line'); };\n")]);
    assert!(log.contains("first line") && log.contains("t.js:1:3"), "{log}");
    let (_, _, log) = run(&[("t.js", "exports.default = () => {\n  throw new Error('second line');\n};\n")]);
    assert!(log.contains("second line") && log.contains("t.js:2:"), "{log}");
}

/// A folder with packages of the npm registry.
fn packages() -> std::path::PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("packages");
    let wanted = ["lodash@4.17.21", "dayjs@1.11.13", "uuid@11.1.0", "zod@3.25.76"];
    let name = |wanted: &str| wanted.split_once('@').map(|(name, _)| name.to_owned()).unwrap_or_default();
    if wanted.iter().all(|wanted| folder.join("node_modules").join(name(wanted)).exists()) {
        return folder;
    }
    std::fs::create_dir_all(&folder).expect("target is ours");
    std::fs::write(folder.join("package.json"), "{}").expect("target is ours");
    let mut command = Command::new("npm");
    command.args(["install", "--no-audit", "--no-fund", "--ignore-scripts"]).args(wanted);
    let output = command.current_dir(&folder).output().expect("npm is installed");
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "the packages could not be had from the npm registry: {said}");
    folder
}

#[test]
fn packages_of_the_registry_work() {
    let folder = packages();
    let check = |name: &str, script: &str, wanted: &str| {
        std::fs::write(folder.join(name), script).expect("target is ours");
        let (code, _, log) = ends(&folder, &["run", "-q", "-u", "2", "-i", "2", name]);
        assert!(code == 0 && log.contains(wanted), "{script}: {code}: {log}");
    };
    check(
        "lodash.js",
        "import _ from 'lodash'; import { chunk } from './node_modules/lodash/lodash.min.js';
         export default () => console.log('got', _.VERSION, chunk([1, 2, 3], 2).length);",
        "got 4.17.21 2",
    );
    check(
        "dayjs.js",
        "import dayjs from 'dayjs'; import utc from 'dayjs/plugin/utc'; dayjs.extend(utc);
         export default () => console.log('got', dayjs.utc('2020-02-28').add(2, 'day').format('YYYY-MM-DD'));",
        "got 2020-03-01",
    );
    check(
        "uuid.js",
        "import { v4, v5, validate } from 'uuid';
         export default () => console.log('got', validate(v4()), v5('a', v5.DNS));",
        "got true 4f3f2898-69e3-5a0d-820a-c4e87987dbce",
    );
    check(
        "zod.ts",
        "import { z } from 'zod'; const shape = z.object({ a: z.string().email() });
         export default (): void => console.log('got', shape.safeParse({ a: 'b' }).success, shape.parse({ a: 'a@b.de' }).a);",
        "got false a@b.de",
    );
}

#[test]
fn typescript_runs_and_its_errors_name_the_users_line() {
    let (code, _, log) = run(&[(
        "t.ts",
        "interface A { b: string }\n\nclass P {\n  constructor(public x: number) {}\n}\n\
         export default function (): void {\n  const p = new P(3);\n  throw new Error(`x is ${p.x}`);\n}\n",
    )]);
    assert_eq!(code, 0, "{log}");
    assert!(log.contains("x is 3") && log.contains("t.ts:8:"), "{log}");
    let (code, _, log) = run(&[("t.ts", "export default () => {};\nconst a: = 1;\n")]);
    assert_eq!(code, 107, "{log}");
    assert!(log.contains("t.ts:2:10: ") && log.contains("const a: = 1;"), "{log}");
}

#[test]
fn helper_modules_need_no_network() {
    let check = |address: &str, names: &str, body: &str, wanted: &str| {
        let script = format!("import {{ {names} }} from '{address}'; export default () => {{ {body} }};");
        let (code, _, log) = run(&[("t.js", &script)]);
        assert!(code == 0 && log.contains(wanted), "{address}: {body}: {code}: {log}");
    };
    let utils = "https://jslib.k6.io/k6-utils/1.4.0/index.js";
    check(utils, "findBetween", "console.log(findBetween('<a><b>', '<', '>', true).join())", "a,b");
    check(utils, "findBetween", "console.log('got', findBetween('x', '<', '>') === '')", "got true");
    check(utils, "randomIntBetween", "console.log('got', randomIntBetween(3, 3))", "got 3");
    check(utils, "randomItem", "console.log('got', randomItem([4]))", "got 4");
    check(utils, "randomString", "console.log('got', randomString(3, 'z'))", "got zzz");
    check(
        utils,
        "uuidv4",
        "console.log(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab]/.test(uuidv4()))",
        "true",
    );
    let summary = "https://jslib.k6.io/k6-summary/0.0.2/index.js";
    let human = |value: &str| format!("console.log('got', humanizeValue({value}))");
    check(summary, "humanizeValue", &human("0.5, { type: 'rate' }"), "got 50.00%");
    check(summary, "humanizeValue", &human("1500, { contains: 'time' }"), "got 1.5s");
    check(summary, "humanizeValue", &human("90000, { contains: 'time' }"), "got 1m30s");
    check(summary, "humanizeValue", &human("1500, { contains: 'data' }"), "got 1.5 kB");
}

#[test]
fn summaries_are_written_by_the_helper_modules() {
    let script = "import { textSummary, jUnit } from 'https://jslib.k6.io/k6-summary/0.1.0/index.js';
        import { htmlReport } from 'https://raw.githubusercontent.com/benc-uk/k6-reporter/main/dist/bundle.js';
        import { check } from 'k6';
        export const options = { thresholds: { iterations: ['count<2'] } };
        export default () => check(1, { 'is <one>': (v) => v === 1 });
        export const handleSummary = (data) =>
            ({ stdout: textSummary(data) + '\\n' + jUnit(data) + '\\n' + htmlReport(data) });";
    let (code, out, log) = run(&[("t.js", script)]);
    assert_eq!(code, 0, "{log}");
    for wanted in [
        "✓ is <one>",
        "✓ iterations",
        "<testsuites tests=\"1\" failures=\"0\">",
        "iterations - count&lt;2",
        "<td>is &lt;one&gt;</td>",
    ] {
        assert!(out.contains(wanted), "{wanted}: {out}");
    }
}

#[test]
fn an_import_from_the_network_names_the_way_out() {
    let (code, _, log) = run(&[("t.js", "import 'https://example.test/a.js'; export default () => {};")]);
    assert_eq!(code, 107, "{log}");
    assert!(log.contains("https://example.test/a.js") && log.contains("Save the file"), "{log}");
}

#[test]
fn scripts_as_people_write_them_load() {
    // Why a script of the corpus does not load; each is a message that names what is missing.
    let options_only = "no exported functions in script";
    let excuses: &[(&str, &str)] = &[
        ("breakpoint-test.js", options_only),
        ("ecommerce-enterprise.js", "test-data/users.json: no such file"),
        ("load-test.js", options_only),
        ("multi-region-options.js", options_only),
        ("shared-array.js", "test-data/users.json: no such file"),
        ("soak-test.js", options_only),
        ("spike-test.js", options_only),
        ("stress-test.js", options_only),
        ("suite/data/test-data-loader.ts", "suite/data/brands.json: no such file"),
        ("suite/scenarios/graphql-coverage.ts", r#"does not provide an export named \"getGraphQLEndpoint\""#),
        ("suite/scenarios/user-journey.ts", r#"does not provide an export named \"getGraphQLEndpoint\""#),
        ("suite/utils/graphql-helpers.ts", r#"does not provide an export named \"getGraphQLEndpoint\""#),
        ("threshold-options.js", options_only),
        ("typescript-options.ts", options_only),
        ("vuh-options.js", options_only),
    ];
    let folder = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/corpus"));
    let mut seen = 0;
    for name in scripts(folder) {
        let shown = name.strip_prefix(folder).expect("it is in the folder").to_string_lossy().into_owned();
        let (code, out, log) = ends(folder, &["inspect", &shown]);
        match excuses.iter().find(|(excused, _)| *excused == shown) {
            None => assert!(code == 0 && out.starts_with('{'), "{shown}: {code}: {log}"),
            Some((_, reason)) => assert!(code != 0 && log.contains(reason), "{shown}: {code}: {log}"),
        }
        seen += 1;
    }
    assert!(seen > 20, "the corpus is there: {seen}");
}

/// The scripts below a folder.
fn scripts(folder: &Path) -> Vec<std::path::PathBuf> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).expect("the folder is there") {
        let path = entry.expect("it can be read").path();
        if path.is_dir() {
            found.extend(scripts(&path));
        } else if path.extension().is_some_and(|ending| ending == "js" || ending == "ts") {
            found.push(path);
        }
    }
    found.sort();
    found
}
