//! The classes that the prelude has, and the constructs that the compiler knows. Main table: [`CLASSES`].

mod table;

use std::fmt::Write as _;

use super::host;

pub use table::CLASSES;

/// A class that scripts may name.
#[derive(Clone, Copy, Debug)]
pub struct Class {
    /// Its full name.
    pub name: &'static str,
    /// Its static methods; those of `java.lang.Class` itself are not named.
    pub statics: &'static [&'static str],
}

/// Constructs of the languages: what it is, how it is written, and which languages have it.
pub const CONSTRUCTS: &[(&str, &str, &str)] = &[
    (
        "Variables",
        "`def x = 1`, `int i`, `String[] a`, `def (a, b) = [1, 2]`, `(a, b) = [b, a]`, `@Field`, undeclared names",
        "Groovy, BeanShell; `var` in JEXL",
    ),
    (
        "Numbers",
        "int and long that wrap around, BigInteger, BigDecimal, double, float, `0x`, `0b`, `1_000`, suffixes",
        "all; BeanShell and JEXL read `1.5` as a double and divide integers wholly",
    ),
    (
        "Texts",
        "`'a'`, `\"a ${b} $c.d\"`, three quotes, `/a/`, `$/a/$`, escapes",
        "Groovy; plain texts in the others, characters in BeanShell",
    ),
    (
        "Lists, maps, ranges",
        "`[1, *l]`, `[a: 1, (k): v]`, `1..3`, `1..<3`, `l[-1]`, `l[1..2]`, `m.key`",
        "Groovy; `[1, 2]`, `{'a': 1}`, `{1, 2}`, `1..3` in JEXL",
    ),
    (
        "Operators",
        "arithmetic, `**`, comparison, `<=>`, `===`, bits and shifts, `? :`, `?:`, `?.`, `*.`, `.&`, `::`, `.@`, `in`, `instanceof`, `as`, casts, `=~`, `==~`, `++`, `+=`, `?=`",
        "Groovy; Java's in BeanShell",
    ),
    (
        "Words of JEXL",
        "`eq ne lt le gt ge and or not div mod`, `=~ !~ =^ =$`, `size()`, `empty()`, `new()`, `??`",
        "JEXL",
    ),
    (
        "Statements",
        "`if`, `while`, `do`, `for`, `for (x in y)`, `for (T x : y)`, `switch` over values, ranges, lists, classes, patterns and closures, `try` with resources, `catch (A | B e)`, `finally`, `throw`, `return`, labels, `assert`, `synchronized`",
        "Groovy, BeanShell; `if`, `for`, `while`, `return` in JEXL",
    ),
    (
        "Closures",
        "`{ it }`, `{ a, b = 1 -> }`, `x -> y`, delegates, calls without brackets, closures behind the brackets",
        "Groovy",
    ),
    (
        "Methods",
        "defaults, variable arguments, named arguments, several of one name, loose types",
        "Groovy, BeanShell",
    ),
    (
        "Classes",
        "fields, properties, constructors, static members, `extends`, `super`, enums, nameless classes, own exceptions",
        "Groovy; nameless ones in BeanShell",
    ),
    ("JavaScript", "what the engine knows, `java.…`, `Packages.…`, `Java.type`", "JavaScript"),
];

/// Constructs that are refused when a plan is loaded.
pub const REFUSED: &[&str] = &[
    "classes and packages that are not listed",
    "static methods that a listed class does not have here",
    "traits, classes inside classes and inside blocks, methods inside blocks (Groovy)",
    "starting threads and processes, `System.exit`, network connections of a script's own",
];

/// The full name under which the prelude knows a class.
pub(super) fn find(name: &str) -> Option<&'static str> {
    CLASSES.binary_search_by(|class| class.name.cmp(name)).ok().map(|index| CLASSES[index].name)
}

/// The package, or the class with classes of its own, of which the prelude has something.
pub(super) fn package(name: &str) -> Option<&'static str> {
    let from = CLASSES.partition_point(|class| class.name < name);
    let within = |class: &Class| class.name.strip_prefix(name).is_some_and(|rest| rest.starts_with('.'));
    CLASSES[from..]
        .iter()
        .take_while(|class| class.name.starts_with(name))
        .find(|class| within(class))
        .map(|class| &class.name[..name.len()])
}

/// Whether a static method of a class is there; every class also has those of `java.lang.Class`.
pub(super) fn has_static(class: &str, method: &str) -> bool {
    const OF_CLASS: &[&str] = &[
        "getName",
        "getSimpleName",
        "getCanonicalName",
        "newInstance",
        "isInstance",
        "toString",
        "hashCode",
        "equals",
        "getClass",
        "getResource",
        "getResourceAsStream",
        "isAssignableFrom",
        "getTypeName",
        "with",
    ];
    let Ok(index) = CLASSES.binary_search_by(|known| known.name.cmp(class)) else { return false };
    CLASSES[index].statics.contains(&method) || OF_CLASS.contains(&method)
}

/// The tables of this module and of [`host`] as the text of a page.
#[must_use]
pub fn reference() -> String {
    let mut out =
        String::from("## Languages of scripts\n\n| construct | written | languages |\n|---|---|---|\n");
    for (name, written, languages) in CONSTRUCTS {
        let _ = writeln!(out, "| {name} | {} | {languages} |", written.replace('|', "\\|"));
    }
    out += "\nRefused when the plan is loaded:\n\n";
    for refused in REFUSED {
        let _ = writeln!(out, "* {refused}");
    }
    out += "\n## Classes of scripts\n\n| package | classes |\n|---|---|\n";
    let mut last = "";
    for class in CLASSES {
        let package_end =
            class.name.char_indices().position(|(at, c)| c.is_uppercase() && class.name[..at].ends_with('.'));
        let end = package_end.unwrap_or(class.name.len());
        let (package, simple) = (class.name[..end].trim_end_matches('.'), &class.name[end..]);
        if package == last {
            let _ = write!(out, ", {simple}");
        } else {
            let close = if last.is_empty() { "" } else { " |\n" };
            let _ = write!(out, "{close}| `{package}` | {simple}");
            last = package;
        }
    }
    out += " |\n\n## Names that scripts see\n\n";
    let names: Vec<String> =
        host::OBJECTS.iter().chain(host::NAMES).map(|name| format!("`{name}`")).collect();
    let _ = writeln!(out, "{}", names.join(", "));
    out
}
