//! Calls of functions, contexts, timers, the console.

use super::*;

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
