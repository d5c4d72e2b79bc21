//! Scripts of each language, run in the engine: `cases/` holds what they are and what must come out.
//!
//! A line is `source ==> value`; `⏎` stands for a new line, `| text` behind the value is a line that was
//! logged or printed, and a value that begins with `!` is the text of an error.

use rquickjs::{Context, Runtime};

use super::{Language, PRELUDE, compile};

/// A host of the tests: variables, properties, a log.
const HOST: &str = include_str!("cases/host.js");

struct Bench {
    context: Context,
}

impl Bench {
    fn new() -> Self {
        let runtime = Runtime::new().unwrap();
        runtime.set_max_stack_size(1 << 20);
        let context = Context::full(&runtime).unwrap();
        context.with(|js| {
            js.eval::<(), _>(HOST).unwrap();
            js.eval::<(), _>(PRELUDE).unwrap_or_else(|error| panic!("{error}: {:?}", js.catch()));
        });
        Self { context }
    }

    fn run(&self, source: &str, language: Language) -> String {
        let compiled = match compile(source, language) {
            Ok(compiled) => compiled,
            Err(error) => {
                return format!("!{}:{} {}: {}", error.line, error.column, error.construct, error.message);
            }
        };
        self.context.with(|js| {
            let call = format!("tested(() => ({compiled}))");
            js.eval::<String, _>(call)
                .unwrap_or_else(|error| panic!("{source}\n{compiled}\n{error}: {:?}", js.catch()))
        })
    }
}

fn check(cases: &str, language: Language) {
    let bench = Bench::new();
    let mut wrong = String::new();
    let mut count = 0;
    for line in cases.lines().filter(|line| !line.is_empty() && !line.starts_with("#!")) {
        let (source, expected) = line.split_once(" ==> ").unwrap_or_else(|| panic!("no ==> in {line}"));
        let found = bench.run(&source.replace('⏎', "\n"), language);
        count += 1;
        if found != expected {
            wrong += &format!("\n{source}\n  expected {expected}\n  found    {found}\n");
        }
    }
    assert!(wrong.is_empty(), "{wrong}");
    assert!(count > 3, "the table was not read");
}

#[test]
fn groovy_expressions() {
    check(include_str!("cases/groovy.txt"), Language::Groovy);
}

#[test]
fn groovy_statements() {
    check(include_str!("cases/statements.txt"), Language::Groovy);
}

#[test]
fn classes_of_java() {
    check(include_str!("cases/classes.txt"), Language::Groovy);
}

#[test]
fn objects_of_jmeter() {
    check(include_str!("cases/jmeter.txt"), Language::Groovy);
}

#[test]
fn beanshell() {
    check(include_str!("cases/beanshell.txt"), Language::BeanShell);
}

#[test]
fn jexl() {
    check(include_str!("cases/jexl3.txt"), Language::Jexl3);
    check(include_str!("cases/jexl2.txt"), Language::Jexl2);
}

#[test]
fn javascript() {
    check(include_str!("cases/javascript.txt"), Language::JavaScript);
}

#[test]
fn what_lies_outside_is_an_error_of_the_load() {
    check(include_str!("cases/refused.txt"), Language::Groovy);
}

#[test]
fn the_table_of_classes_is_that_of_the_prelude() {
    let bench = Bench::new();
    let known: String = bench.context.with(|js| js.eval("tableOfClasses()").unwrap());
    let listed: Vec<String> =
        super::CLASSES.iter().map(|class| format!("{}: {}", class.name, class.statics.join(" "))).collect();
    assert_eq!(listed.join("\n"), known);
}

#[test]
fn deep_and_long_scripts_are_refused_or_compiled() {
    for (open, close) in [
        ("(", ")"),
        ("[", "]"),
        ("{", "}"),
        ("!", ""),
        ("-", ""),
        ("a(", ")"),
        ("if(a)", ""),
        ("a=", ""),
        ("\"${", "}\""),
    ] {
        for count in [15_usize, 30, 45, 60, 100, 5_000] {
            let source = format!("{}1{}", open.repeat(count), close.repeat(count));
            for language in [Language::Groovy, Language::BeanShell, Language::Jexl3] {
                let _ = compile(&source, language);
            }
        }
    }
    for part in [
        "a+",
        "a.b.",
        "a.",
        "a(1).",
        "a[1].",
        "a?.b(2)?.",
        "a?:",
        "a&&",
        "a-",
        "{it->",
        "x->",
        "a as int-",
        "a?1:",
    ] {
        for count in [40_usize, 70, 140, 149, 300, 5_000] {
            let _ = compile(&format!("{}a", part.repeat(count)), Language::Groovy);
        }
    }
    let sum = format!("{}\"x\"", "\"y\" + ".repeat(2_000));
    assert!(compile(&sum, Language::Groovy).is_ok());
}
