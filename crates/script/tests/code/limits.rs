//! Errors and where they happened, limits of time and memory, faults of the host.

use super::*;

#[test]
fn errors_name_the_users_place() {
    let check = |file: &str, text: &str, kind, place: &str, said: &str| {
        block_on(async {
            let world = World::new(&[(file, text)]);
            let error = match world.worker.load(Path::new(file)).await {
                Err(error) => error,
                Ok(module) => {
                    let function = world.worker.function(&module, "f").unwrap().unwrap();
                    world.worker.call(&function, &[], Ending::Done).await.unwrap_err()
                }
            };
            let folder = format!("{}/", world.folder.path().display());
            let shown = error.to_string().replace(&folder, "");
            assert_eq!(error.kind, kind, "{text}: {shown}");
            assert!(shown.starts_with(place) && shown.contains(said), "{text}: {shown}");
        });
    };
    let exception = CodeErrorKind::Exception;
    check(
        "a.js",
        "exports.f = (done) => {\n  throw new TypeError('no');\n};",
        exception,
        "a.js:2:",
        "TypeError: no",
    );
    check(
        "a.js",
        "exports.f = (done) => done(new Error('said no'));",
        exception,
        "a.js:1:",
        "Error: said no",
    );
    check("a.js", "exports.f = (done) => done('a text');", exception, "", "a text");
    check(
        "a.js",
        "exports.f = async () => {\n\n  await null; missing.x; };",
        exception,
        "a.js:3:",
        "missing is not defined",
    );
    check(
        "a.js",
        "exports.f = (done) => { setTimeout(() => done(new Error('late')), 1); };",
        exception,
        "a.js:1:",
        "late",
    );
    check("a.js", "function ( {", CodeErrorKind::Syntax, "a.js:1:10", "SyntaxError");
    check("a.mjs", "export const a = ;", CodeErrorKind::Syntax, "a.mjs:1:18", "SyntaxError");
    check("a.ts", "const a = 1;\nconst b: = 2;", CodeErrorKind::Syntax, "a.ts:2:10", "Unexpected");
    check(
        "a.ts",
        "interface A { b: string }\n\nexport function f(): void {\n  throw new Error('typed');\n}",
        exception,
        "a.ts:4:",
        "typed",
    );
    check(
        "a.js",
        "\nconst x = require('./nowhere');",
        CodeErrorKind::NotFound,
        "a.js:2:",
        "Cannot find module './nowhere'",
    );
    check(
        "a.js",
        "require('nopackage')",
        CodeErrorKind::NotFound,
        "a.js:1:",
        "Cannot find module 'nopackage'",
    );
    check("a.mjs", "import http from 'k6/http';", CodeErrorKind::NotFound, "", "a module for k6 scripts");
    check(
        "a.mjs",
        "import { none } from 'fs';",
        CodeErrorKind::Syntax,
        "a.mjs:1:10",
        "does not provide an export named",
    );
    check("a.js", "throw new Error('top');", exception, "a.js:1:", "top");
    block_on(async {
        let world = World::new(&[]);
        let error = world.worker.load(Path::new("none.js")).await.unwrap_err();
        assert_eq!(error.kind, CodeErrorKind::NotFound);
        assert!(error.message.ends_with("/none.js"), "{error}");
    });
}

#[test]
fn errors_have_their_codes() {
    block_on(async {
        let world = World::new(&[(
            "a.js",
            "exports.f = (e, done) => done(Object.assign(e, { code: e.code + 'X' }));",
        )]);
        let module = world.worker.load(Path::new("a.js")).await.unwrap();
        let function = world.worker.function(&module, "f").unwrap().unwrap();
        let given = [Arg::Error { message: "refused", code: Some("ECONN") }];
        let error = world.worker.call(&function, &given, Ending::Done).await.unwrap_err();
        assert_eq!((error.message.as_str(), error.code.as_deref()), ("refused", Some("ECONNX")));
    });
}

#[test]
fn what_does_not_end_is_stopped() {
    let check = |text: &str, kind, said: &str| {
        block_on(async {
            let world = World::with(&[("a.js", text)], |options| {
                options.time_limit = Some(Duration::from_millis(200));
                options.memory_limit = Some(24 << 20);
            });
            let module = world.worker.load(Path::new("a.js")).await.unwrap();
            let function = world.worker.function(&module, "f").unwrap().unwrap();
            let error = world.worker.call(&function, &[], Ending::Done).await.unwrap_err();
            assert_eq!(error.kind, kind, "{text}: {error}");
            assert!(error.message.contains(said), "{text}: {error}");
            // The runtime goes on.
            let fine = world.worker.function(&module, "fine").unwrap().unwrap();
            let outcome = world.worker.call(&fine, &[], Ending::Return).await.unwrap();
            assert_eq!(outcome.value, Some(json!(1)), "{text}");
        });
    };
    let fine = "exports.fine = () => 1;";
    let with = |text: &str| format!("{fine}\n{text}");
    check(&with("exports.f = (done) => { while (true) {} };"), CodeErrorKind::TimeLimit, "without a pause");
    check(
        &with("exports.f = async () => { await null; for (;;) {} };"),
        CodeErrorKind::TimeLimit,
        "without a pause",
    );
    check(
        &with("exports.f = async () => { try { for (;;) {} } catch {} };"),
        CodeErrorKind::TimeLimit,
        "without a pause",
    );
    check(
        &with("exports.f = (done) => { const all = []; for (;;) all.push(new Array(1000).fill(1)); };"),
        CodeErrorKind::Memory,
        "24 MB",
    );
    check(
        &with(
            "exports.f = async () => { await null; const all = []; for (;;) all.push(new Array(1000).fill(1)); };",
        ),
        CodeErrorKind::Memory,
        "24 MB",
    );
    check(&with("exports.f = function f(done) { f(done); };"), CodeErrorKind::Exception, "stack");
}

#[test]
fn endless_promises_leave_turns_to_others() {
    let text = "exports.endless = async () => { for (;;) await null; };
        exports.other = (done) => setTimeout(() => done(null, 'turn'), 1);";
    block_on(async {
        let world = World::new(&[("a.js", text)]);
        let module = world.worker.load(Path::new("a.js")).await.unwrap();
        let endless = world.worker.function(&module, "endless").unwrap().unwrap();
        let other = world.worker.function(&module, "other").unwrap().unwrap();
        let _running = world.worker.call(&endless, &[], Ending::Return);
        let outcome = world.worker.call(&other, &[], Ending::Done).await.unwrap();
        assert_eq!(outcome.value, Some(json!("turn")));
    });
}

#[test]
fn what_nobody_waits_for_is_logged() {
    let check = |text: &str, wanted: &[&str]| {
        block_on(async {
            let world = World::new(&[(
                "a.js",
                &format!(
                    "exports.f = async () => {{ {text}; await new Promise((r) => setTimeout(r, 10)); }};"
                ),
            )]);
            world.value("a.js", "f", &[], Ending::Return).await;
            let logged = world.logged();
            assert_eq!(logged.len(), wanted.len(), "{text}: {logged:?}");
            for (line, wanted) in logged.iter().zip(wanted) {
                assert!(line.contains(wanted), "{text}: {line}");
            }
        });
    };
    check("setTimeout(() => { throw new Error('in a timer'); }, 1)", &["a.js:1:"]);
    check("Promise.reject(new Error('dropped'))", &["Error: dropped"]);
    check(
        "process.nextTick(() => { throw new Error('tick'); }); process.nextTick(() => console.log('on'))",
        &["tick", "on"],
    );
    check("const p = Promise.reject(1); p.catch(() => {})", &[]);
}

/// Something goes wrong in the host at each place in turn: what comes of it is an answer or an error, and the next
/// call is as good as ever.
#[cfg(debug_assertions)]
#[test]
fn faults_of_the_host_do_no_harm() {
    use plimsoll_script::testing::{Fault, arm, disarm};
    let text = "const crypto = require('crypto');
        exports.f = (context, events, done) => {
          context.vars.sum = crypto.createHash('md5').update(JSON.stringify(context.vars)).digest('hex');
          context.vars.list = Array.from({ length: 200 }, (_, i) => ({ i, text: 'x'.repeat(i) }));
          events.emit('counter', 'n', 1);
          Promise.resolve().then(() => setTimeout(() => done(null, Buffer.from('a').toString('hex')), 1));
        };
        exports.g = async (x) => { await null; return x + 1; };";
    for fault in [Fault::Panic, Fault::Interrupt, Fault::NoMemory] {
        for skip in (0..40).chain((40..4000).step_by(97)) {
            block_on(async {
                let world = World::with(&[("a.js", text)], |options| options.memory_limit = Some(64 << 20));
                let module = world.worker.load(Path::new("a.js")).await.unwrap();
                let f = world.worker.function(&module, "f").unwrap().unwrap();
                let g = world.worker.function(&module, "g").unwrap().unwrap();
                arm(fault, skip);
                if let Ok(user) = world.worker.context() {
                    let call =
                        world.worker.call(&f, &[Arg::Context(&user), Arg::Events(&user)], Ending::Done);
                    // A fault in the timer may leave nobody to end the call.
                    let _ = tokio::time::timeout(Duration::from_millis(50), call).await;
                }
                disarm();
                let outcome = world.worker.call(&g, &[Arg::Json(&json!(1))], Ending::Return).await;
                assert_eq!(outcome.map(|outcome| outcome.value), Ok(Some(json!(2))), "{fault:?} {skip}");
            });
        }
    }
}
