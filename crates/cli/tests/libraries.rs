//! Users of one process that import a CommonJS library, each in its own way: what the program leaves out for later
//! users, because nobody asked for it, is never missed.

mod program;

use std::path::Path;

use program::{plimsoll, said, write};

/// Runs `script`, with `library.js` and `other.js` beside it, for three users on two threads; exit status and log.
fn run(folder: &Path, script: &str, other: &str) -> (i32, String) {
    let library = "const both = { one: 1, two: 2, 'the third': 3, count: () => Object.keys(both).length };\n\
                   module.exports = both;";
    for (name, text) in [("library.js", library), ("other.js", other), ("t.js", script)] {
        write(folder, name, text);
    }
    let args = ["run", "-q", "--vus", "3", "--iterations", "6", "t.js"];
    let (code, _, log) = said(&mut plimsoll(folder, &args));
    (code, log)
}

#[test]
fn every_user_finds_the_names_it_imports() {
    let check = |script: &str, other: &str| {
        let folder = tempfile::tempdir().expect("a temporary folder can be made");
        // An exception in the init code of any user ends the run with an error, and one in an iteration is logged.
        let (code, log) = run(folder.path(), script, other);
        assert_eq!((code, log.contains("level=error")), (0, false), "{script}\n{log}");
    };
    let iterate = "export default function () {}\nfunction want(is, wanted) {\n\
                   if (is !== wanted) throw new Error(`${is}, not ${wanted}`); }\n";
    let script = |text: &str| format!("{text}\n{iterate}");
    let none = "export const nothing = 0;";
    check(&script("import all from './library.js'; want(all.count(), 4); want(all.two, 2);"), none);
    check(&script("import { two } from './library.js'; want(two, 2);"), none);
    check(
        &script("import all, { 'the third' as third } from './library.js'; want(all.one + third, 4);"),
        none,
    );
    check(
        &script("import * as all from './library.js'; want(Object.keys(all).length, 5); want(all.two, 2);"),
        none,
    );
    let passes_on = "export * from './library.js'; export { two as due } from './library.js';";
    check(&script("import { one, due } from './other.js'; want(one + due, 3);"), passes_on);
    let named = "import { two } from './library.js'; export const twice = 2 * two;";
    check(
        &script(
            "import { one } from './library.js'; import { twice } from './other.js'; want(one + twice, 5);",
        ),
        named,
    );
    let required = "const all = require('./library.js'); module.exports = { sum: all.one + all.two };";
    check(
        &script("import { sum } from './other.js'; import all from './library.js'; want(sum + all.two, 5);"),
        required,
    );
}

#[test]
fn an_import_while_the_users_run_finds_every_name() {
    let folder = tempfile::tempdir().expect("a temporary folder can be made");
    let script = "import all from './library.js';\nexport default async function () {\n\
                  const later = await import('./library.js');\n\
                  if (later.two + all.one !== 3) throw new Error('no'); }\n";
    let (code, log) = run(folder.path(), script, "");
    assert_eq!((code, log.contains("level=error")), (0, false), "{log}");
}
