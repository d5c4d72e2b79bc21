//! Short scripts, and what they call of their host.

use super::*;

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
    check("\n  b.d()", true, Err("step 1:2:5: TypeError: not a function"));
    check("a;\na +", true, Err("step 1:2:4: SyntaxError: unexpected token in expression: '}'"));
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
