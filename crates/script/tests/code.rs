//! Code inside plans, driven as a plan drives it: modules, calls, contexts, scripts, limits.

use std::future::Future;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use model::{Clock, log::Memory};
use plimsoll_script::code::{
    Arg, Code, CodeErrorKind, CodeHost, CodeOptions, CodeWorker, Ending, ScriptText,
};
use serde_json::{Value, json};

/// A folder with files, a worker of its code, and what was logged.
struct World {
    folder: tempfile::TempDir,
    worker: CodeWorker,
    log: Arc<Memory>,
}

impl World {
    fn new(files: &[(&str, &str)]) -> Self {
        Self::with(files, |_| ())
    }

    fn with(files: &[(&str, &str)], change: impl FnOnce(&mut CodeOptions)) -> Self {
        let folder = tempfile::tempdir().unwrap();
        for (name, text) in files {
            let path = folder.path().join(name);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, text).unwrap();
        }
        let log = Arc::new(Memory::default());
        let mut options = CodeOptions::new(folder.path(), log.clone(), Clock::start());
        change(&mut options);
        let worker = Code::new(options).worker().unwrap();
        Self { folder, worker, log }
    }

    /// Calls a function of a file and gives its value.
    async fn value(&self, file: &str, function: &str, args: &[Arg<'_>], ending: Ending) -> Option<Value> {
        let module = self.worker.load(Path::new(file)).await.unwrap_or_else(|error| panic!("{error}"));
        let function = self.worker.function(&module, function).unwrap().expect("it is exported");
        let outcome = self.worker.call(&function, args, ending).await;
        outcome.unwrap_or_else(|error| panic!("{error}: {:?}", error.stack)).value
    }

    fn logged(&self) -> Vec<String> {
        self.log.take().into_iter().map(|record| record.message).collect()
    }
}

fn block_on<F: Future>(work: F) -> F::Output {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    tokio::task::LocalSet::new().block_on(&runtime, async {
        tokio::time::timeout(Duration::from_secs(60), work).await.expect("it ends")
    })
}

#[test]
fn functions_of_all_kinds_of_modules_are_called() {
    let check = |file: &str, text: &str, wanted: Value| {
        block_on(async {
            let world = World::new(&[
                (file, text),
                ("lib/part.js", "exports.two = 2;"),
                ("lib/index.js", "module.exports = function twice(n) { return 2 * n; };"),
                ("lib/data.json", r#"{"a": [1]}"#),
                ("esm.mjs", "export const three = 3; export default 'whole';"),
            ]);
            let got = world.value(file, "f", &[], Ending::Return).await;
            assert_eq!(got, Some(wanted), "{text}");
        });
    };
    check("a.js", "module.exports = { f() { return require('./lib/part').two; } };", json!(2));
    check("a.js", "exports.f = () => require('./lib')(4);", json!(8));
    check("a.js", "const d = require('./lib/data.json'); exports.f = () => d.a;", json!([1]));
    check("a.js", "exports.f = () => require('./esm.mjs').three;", json!(3));
    check("a.js", "exports.f = async () => (await import('./esm.mjs')).default;", json!("whole"));
    check(
        "a.js",
        "#!/usr/bin/env node\nexports.f = () => [typeof __dirname, __filename.endsWith('a.js')];",
        json!(["string", true]),
    );
    check("a.mjs", "import twice from './lib/index.js'; export const f = () => twice(3);", json!(6));
    check("a.mjs", "import { two } from './lib/part.js'; export function f() { return two; }", json!(2));
    check("a.mjs", "const n = await Promise.resolve(5); export const f = () => n;", json!(5));
    check("a.mjs", "await new Promise((r) => setTimeout(r, 5)); export const f = () => 1;", json!(1));
    check(
        "a.mjs",
        "export const f = () => import.meta.url.endsWith('/a.mjs') && import.meta.filename.startsWith('/');",
        json!(true),
    );
    check(
        "a.ts",
        "import twice from './lib'; export const f = (n: number = 1): number => twice(n);",
        json!(2),
    );
    check(
        "a.ts",
        "import { three } from './esm'; export default { f(): number { return three; } };",
        json!(3),
    );
    check("a.cjs", "exports.f = () => this === undefined;", json!(false));
}

#[test]
fn functions_end_as_they_say() {
    let check = |text: &str, ending, wanted: Option<Value>| {
        block_on(async {
            let world = World::new(&[("a.js", &format!("exports.f = {text};"))]);
            let got = world.value("a.js", "f", &[Arg::Json(&json!(1))], ending).await;
            assert_eq!(got, wanted, "{text}");
        });
    };
    check("(a, done) => { done(null, a + 1); }", Ending::Done, Some(json!(2)));
    check("(a, done) => { setTimeout(() => done(), 3); }", Ending::Done, None);
    check("(a, done) => { setImmediate(done, undefined, 7); }", Ending::Done, Some(json!(7)));
    check("async (a) => { await null; return a; }", Ending::Done, Some(json!(1)));
    check("async (a, done) => typeof done", Ending::Done, Some(json!("undefined")));
    check("(a) => new Promise((r) => setTimeout(r, 3, 'late'))", Ending::Done, Some(json!("late")));
    check("(a, done) => { done(null, 1); done(null, 2); }", Ending::Done, Some(json!(1)));
    check("(a, next) => next(a < 2)", Ending::Next, Some(json!(true)));
    check("async (a, next) => { await null; next(false); }", Ending::Next, Some(json!(false)));
    check("(...all) => { all.at(-1)(null, all.length); }", Ending::Done, Some(json!(2)));
    check(
        "(a) => ({ a, b: undefined, c: () => 1, d: new Date(0), e: NaN })",
        Ending::Return,
        Some(json!({ "a": 1, "d": "1970-01-01T00:00:00.000Z", "e": null })),
    );
    check("() => 2n ** 70n", Ending::Return, Some(json!("1180591620717411303424")));
    check(
        "() => { const a = { b: 1 }; a.a = a; return { a, again: a }; }",
        Ending::Return,
        Some(json!({ "a": { "b": 1 }, "again": { "b": 1 } })),
    );
    check("() => '\\ud83d'", Ending::Return, Some(json!("\u{fffd}")));
    check("() => undefined", Ending::Return, None);
}

#[test]
fn a_function_that_cannot_call_back_is_told_of() {
    block_on(async {
        let world = World::new(&[("a.js", "exports.f = (a) => { a.seen = true; };")]);
        let module = world.worker.load(Path::new("a.js")).await.unwrap();
        let function = world.worker.function(&module, "f").unwrap().unwrap();
        let outcome = world.worker.call(&function, &[Arg::Json(&json!({}))], Ending::Done).await.unwrap();
        assert!(outcome.without_callback);
        assert_eq!(outcome.args, [Some(json!({ "seen": true }))]);
    });
}

#[test]
fn contexts_keep_what_json_cannot_hold() {
    let text = "let number = 0;
        exports.first = (context, events, done) => {
          number += 1;
          context.vars.n = number;
          context.vars.when = new Date(0);
          context.vars.call = (x) => x + 1;
          context.vars.map = new Map([['a', 1]]);
          events.emit('counter', 'my.counter', 2);
          setTimeout(() => events.emit('histogram', 'late', 5), 1);
          done();
        };
        exports.second = async (context, events) => {
          await new Promise((r) => setTimeout(r, 20));
          return [context.vars.call(1), context.vars.when.getTime(), context.vars.map.get('a'), context.vars.set,
            context.scenario.name, context.funcs.first === exports.first];
        };";
    block_on(async {
        let world = World::new(&[("a.js", text)]);
        let worker = &world.worker;
        let module = worker.load(Path::new("a.js")).await.unwrap();
        assert_eq!(module.functions(), ["first", "second"]);
        let (first, second) = (
            worker.function(&module, "first").unwrap().unwrap(),
            worker.function(&module, "second").unwrap().unwrap(),
        );
        let (one, two) = (worker.context().unwrap(), worker.context().unwrap());
        for user in [&one, &two] {
            user.set_var("set", &json!({ "deep": [1, null] })).unwrap();
            user.set_field("scenario", &Arg::Json(&json!({ "name": "shown" }))).unwrap();
            user.set_field("funcs", &Arg::Handle(module.exports())).unwrap();
            let args = [Arg::Context(user), Arg::Events(user)];
            let outcome = worker.call(&first, &args, Ending::Done).await.unwrap();
            assert_eq!(outcome.events.len(), 1);
            assert_eq!(
                (outcome.events[0].kind.as_str(), &outcome.events[0].args),
                ("counter", &vec![json!("my.counter"), json!(2)])
            );
            assert!(outcome.events[0].args[0].is_string());
        }
        assert_eq!((one.var("n").unwrap(), two.var("n").unwrap()), (Some(json!(1)), Some(json!(2))));
        assert_eq!(one.var("call").unwrap(), None);
        assert_eq!(one.var_names().unwrap(), ["set", "n", "when", "call", "map"]);
        let outcome =
            worker.call(&second, &[Arg::Context(&two), Arg::Events(&two)], Ending::Done).await.unwrap();
        assert_eq!(outcome.value, Some(json!([2, 0, 1, { "deep": [1, null] }, "shown", true])));
        assert_eq!(outcome.events[0].args, [json!("late"), json!(5)]);
        two.remove_var("set").unwrap();
        assert!(!two.vars().unwrap().contains_key("set"));
    });
}

#[test]
fn calls_run_beside_each_other_and_can_be_forgotten() {
    let text = "const open = [];
        exports.wait = (n, done) => { open.push(() => done(null, n)); if (open.length === 100) open.forEach((f) => f()); };
        exports.never = () => new Promise(() => {});";
    block_on(async {
        let world = World::new(&[("a.js", text)]);
        let module = world.worker.load(Path::new("a.js")).await.unwrap();
        let wait = world.worker.function(&module, "wait").unwrap().unwrap();
        let never = world.worker.function(&module, "never").unwrap().unwrap();
        drop(world.worker.call(&never, &[], Ending::Return));
        let calls: Vec<_> =
            (0..100).map(|n| world.worker.call(&wait, &[Arg::Json(&json!(n))], Ending::Done)).collect();
        for (n, call) in calls.into_iter().enumerate() {
            assert_eq!(call.await.unwrap().value, Some(json!(n)));
        }
        let ended =
            tokio::time::timeout(Duration::from_millis(5), world.worker.call(&never, &[], Ending::Return));
        assert!(ended.await.is_err());
    });
}

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
        &with("exports.f = async () => { await null; let s = 'x'; for (;;) s += s; };"),
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

#[test]
fn ticks_and_jobs_come_in_the_order_of_node() {
    let text = "exports.f = (done) => {
        const order = [];
        const note = (what) => () => order.push(what);
        setTimeout(note('timeout'), 1);
        setImmediate(note('immediate'));
        Promise.resolve().then(() => { order.push('job'); process.nextTick(note('inner tick')); }).then(note('second job'));
        process.nextTick(note('tick'));
        queueMicrotask(note('microtask'));
        order.push('now');
        setTimeout(() => done(null, order), 15);
      };";
    block_on(async {
        let world = World::new(&[("a.js", text)]);
        let order = world.value("a.js", "f", &[], Ending::Done).await;
        let wanted = ["now", "tick", "job", "microtask", "second job", "inner tick", "immediate", "timeout"];
        assert_eq!(order, Some(json!(wanted)));
    });
}

#[test]
fn timers_are_those_of_node() {
    let check = |text: &str, wanted: Value| {
        block_on(async {
            let world = World::new(&[("a.js", &format!("exports.f = async () => {{ {text} }};"))]);
            assert_eq!(world.value("a.js", "f", &[], Ending::Return).await, Some(wanted), "{text}");
        });
    };
    check(
        "const t = setTimeout(() => {}, 1); clearTimeout(t); return [typeof t, t.hasRef(), t.unref() === t];",
        json!(["object", true, true]),
    );
    check(
        "let n = 0; await new Promise((r) => { const t = setInterval(() => { if (++n === 3) { clearInterval(t); r(); } }, 1); }); return n;",
        json!(3),
    );
    check(
        "try { setTimeout(5); } catch (e) { return [e.name, e.code, e.message]; }",
        json!([
            "TypeError",
            "ERR_INVALID_ARG_TYPE",
            "The \"callback\" argument must be of type function. Received type number (5)"
        ]),
    );
    check("return require('timers/promises').setTimeout(1, 'value');", json!("value"));
    check("return require('util').promisify(setTimeout)(1, 'p');", json!("p"));
    check("const c = new AbortController(); setTimeout(() => c.abort(), 1);
        return require('timers/promises').setTimeout(60000, 1, { signal: c.signal }).catch((e) => [e.name, e.code]);", json!(["AbortError", "ABORT_ERR"]));
    check(
        "return new Promise((r) => AbortSignal.timeout(2).addEventListener('abort', () => r('rung')));",
        json!("rung"),
    );
}

/// A host that remembers.
#[derive(Default)]
struct Vars(serde_json::Map<String, Value>);

impl CodeHost for Vars {
    fn call(&mut self, name: &str, args: &[Value]) -> Result<Value, String> {
        let key = args.first().and_then(Value::as_str).unwrap_or_default().to_owned();
        match name {
            "get" => Ok(self.0.get(&key).cloned().unwrap_or(Value::Null)),
            "put" => Ok(self.0.insert(key, args[1].clone()).unwrap_or(Value::Null)),
            _ => Err(format!("no {name} here")),
        }
    }
}

#[test]
fn short_scripts_have_values_names_and_a_host() {
    let mut vars = Vars::default();
    let world = World::new(&[]);
    let mut check = |text: &str, last_value: bool, wanted: Result<Option<Value>, &str>| {
        let script = ScriptText { name: "step 1", text, params: &["a", "b"], last_value };
        let script = match world.worker.compile(&script) {
            Ok(script) => script,
            Err(error) => return assert_eq!(Err(error.to_string().as_str()), wanted, "{text}"),
        };
        for _ in 0..2 {
            let args = [Arg::Json(&json!(2)), Arg::Json(&json!({ "c": [5] }))];
            let got = world.worker.eval(&script, &args, &mut vars).map_err(|error| error.to_string());
            assert_eq!(got.as_ref().map_err(String::as_str), wanted.as_ref().map_err(|text| *text), "{text}");
        }
    };
    check("return a + b.c[0];", false, Ok(Some(json!(7))));
    check("const x = a;\nlet y = x * 2;\ny", true, Ok(Some(json!(4))));
    check("if (a > 1) { 'big' } else { 'small' }", true, Ok(Some(json!("big"))));
    check("var x = 1;", true, Ok(None));
    check("$host('put', 'k', { n: a }); $host('get', 'k').n", true, Ok(Some(json!(2))));
    check("$host('other')", true, Err("step 1:1:1: Error: no other here"));
    check("try { $host('other') } catch (e) { e.message }", true, Ok(Some(json!("no other here"))));
    check("\n  b.d.e", true, Err("step 1:2:6: TypeError: cannot read property 'e' of undefined"));
    check("a +", true, Err("step 1:2:1: SyntaxError: unexpected token in expression: '}'"));
}

#[test]
fn scripts_keep_objects_in_javascript() {
    let world = World::new(&[]);
    let compile = |text: &str, params: &[&str]| {
        world.worker.compile(&ScriptText { name: "s", text, params, last_value: false }).unwrap()
    };
    let make = compile("return { secret: 4, twice() { return 2 * this.secret; } };", &[]);
    let kept = world.worker.eval_kept(&make, &[], &mut ()).unwrap();
    let used = compile("tools.secret += 1; return tools.twice();", &["tools"]);
    assert_eq!(world.worker.eval(&used, &[Arg::Handle(&kept)], &mut ()).unwrap(), Some(json!(10)));
    assert_eq!(kept.json().unwrap(), Some(json!({ "secret": 5 })));
    // A handle keeps its runtime.
    drop(world);
    assert_eq!(kept.json().unwrap(), Some(json!({ "secret": 5 })));
}

/// A host that enters the runtime again.
struct Inner<'a>(&'a CodeWorker, plimsoll_script::code::Context);

impl CodeHost for Inner<'_> {
    fn call(&mut self, _: &str, args: &[Value]) -> Result<Value, String> {
        self.1.set_var("seen", &args[0]).map_err(|error| error.to_string())?;
        let text = ScriptText { name: "inner", text: "return n + 1;", params: &["n"], last_value: false };
        let script = self.0.compile(&text).map_err(|error| error.to_string())?;
        let value =
            self.0.eval(&script, &[Arg::Json(&args[0])], &mut ()).map_err(|error| error.to_string())?;
        Ok(value.unwrap_or_default())
    }
}

#[test]
fn a_host_may_run_code_of_its_own() {
    let world = World::new(&[]);
    let text = ScriptText {
        name: "outer",
        text: "return $host('x', 1) + $host('x', 10);",
        params: &[],
        last_value: false,
    };
    let script = world.worker.compile(&text).unwrap();
    let mut host = Inner(&world.worker, world.worker.context().unwrap());
    assert_eq!(world.worker.eval(&script, &[], &mut host).unwrap(), Some(json!(13)));
    assert_eq!(host.1.var("seen").unwrap(), Some(json!(10)));
}

#[test]
fn the_console_prints_as_node_does() {
    block_on(async {
        let world = World::new(&[(
            "a.js",
            "exports.f = () => { console.log('a %s', 1, { b: [1] }); console.error(new Map([[1, 'x']])); };",
        )]);
        world.value("a.js", "f", &[], Ending::Return).await;
        let records = world.log.take();
        assert_eq!(records[0].message, "a 1 { b: [ 1 ] }");
        assert_eq!(records[1].message, "Map(1) { 1 => 'x' }");
        assert_eq!(records[1].level, model::Level::Error);
    });
}
