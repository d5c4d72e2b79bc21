//! From a tree to JavaScript. Main function: [`script`].
//!
//! Local variables become JavaScript's, prefixed so that they cannot clash with anything; every other name is asked of
//! a scope at run time, as the languages do. All operators and member accesses go to functions of the prelude, which is
//! `$j` in what is written; `$d` is the scope of the innermost closure, method or script.

mod assignment;
mod call;
mod class;
mod expression;
mod names;
mod operator;
mod statement;

use std::collections::{HashMap, HashSet};

use super::classes;
use super::text::quoted;
use super::token::At;
use super::tree::{Import, Method, Param, Script, Type};
use super::{Error, Language};

type Emitted = Result<String, Error>;

/// What a local variable is.
#[derive(Clone)]
struct Local {
    /// Its name in JavaScript.
    js: String,
    /// The type to which what is assigned is turned.
    ty: Option<String>,
}

/// What the innermost function is.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Home {
    Script,
    Method,
    Class,
}

/// The state of writing.
struct Emitter<'a> {
    language: Language,
    scopes: Vec<HashMap<String, Local>>,
    /// Simple names to full names of classes that imports name.
    imported: HashMap<String, String>,
    /// Packages imported whole.
    packages: Vec<&'static str>,
    /// Names imported from classes: full name of the class, member.
    static_names: HashMap<String, (String, String)>,
    static_classes: Vec<&'static str>,
    own_classes: HashSet<&'a str>,
    methods: HashSet<&'a str>,
    assigned: HashSet<&'a str>,
    home: Home,
    /// How many closures surround.
    closures: u32,
    /// How many loops surround in this function, and labels.
    loops: u32,
    switches: u32,
    labels: Vec<String>,
    next: u32,
}

/// The JavaScript of a whole script.
pub(super) fn script(script: &Script, language: Language) -> Emitted {
    let mut emitter = Emitter {
        language,
        scopes: vec![HashMap::new()],
        imported: HashMap::new(),
        packages: Vec::new(),
        static_names: HashMap::new(),
        static_classes: Vec::new(),
        own_classes: script.classes.iter().map(|class| class.name.as_str()).collect(),
        methods: script.methods.iter().map(|method| method.name.as_str()).collect(),
        assigned: script.assigned.iter().map(String::as_str).collect(),
        home: Home::Script,
        closures: 0,
        loops: 0,
        switches: 0,
        labels: Vec::new(),
        next: 0,
    };
    for import in &script.imports {
        emitter.import(import);
    }
    emitter.whole(script)
}

impl<'a> Emitter<'a> {
    fn whole(&mut self, script: &'a Script) -> Emitted {
        let mut out = format!("$jvm.script({},($j)=>{{", quoted(self.language.word()));
        for class in &script.classes {
            out += &format!("const C${}=$j.declare();", names::mangled(&class.name));
        }
        for class in &script.classes {
            out += &self.class(class)?;
        }
        out += "return ($d)=>{";
        // A method does not see the local variables of the script, and those of BeanShell live in its scope.
        out += &self.script_methods(&script.methods)?;
        if self.language == Language::Groovy && !script.methods.is_empty() {
            // Who has this script as an object may call its methods.
            let own = by_name(&script.methods)
                .into_iter()
                .map(|(name, _)| format!("{}:m${}", quoted(name), names::mangled(name)));
            out += &format!("$d.own=()=>({{{}}});", own.collect::<Vec<_>>().join(","));
            out += "if($d.parsed)return null;";
        }
        out += &self.body(&script.body, true)?;
        out += "return null;};})";
        Ok(out)
    }

    fn import(&mut self, import: &Import) {
        let Some((package, name)) = import.path.rsplit_once('.') else { return };
        match (import.is_static, name) {
            (true, "*") => {
                let known = classes::find(package).filter(|class| !self.static_classes.contains(class));
                self.static_classes.extend(known);
            }
            (true, _) => {
                let alias = import.alias.as_deref().unwrap_or(name);
                self.static_names.insert(alias.to_owned(), (package.to_owned(), name.to_owned()));
            }
            (false, "*") => {
                let known = classes::package(package).filter(|package| !self.packages.contains(package));
                self.packages.extend(known);
            }
            (false, _) => {
                let alias = import.alias.as_deref().unwrap_or(name);
                self.imported.insert(alias.to_owned(), import.path.clone());
            }
        }
    }

    /// A name that the script cannot have.
    fn fresh(&mut self) -> String {
        self.next += 1;
        format!("${}", self.next)
    }

    fn find(&self, name: &str) -> Option<&Local> {
        self.scopes.iter().rev().find_map(|scope| scope.get(name))
    }

    /// A local variable of the innermost block; returns its name in JavaScript.
    fn declare(&mut self, name: &str, ty: Option<&Type>, at: At) -> Emitted {
        if self.language == Language::Groovy && self.find(name).is_some() {
            return Err(Error::syntax(
                at,
                format!("the current scope already contains a variable of the name {name}"),
            ));
        }
        let js = format!("v${}", names::mangled(name));
        let ty = ty.and_then(turned);
        let scope = self.scopes.last_mut().expect("a scope is always open");
        scope.insert(name.to_owned(), Local { js: js.clone(), ty });
        Ok(js)
    }

    /// Runs a writer in a block of its own.
    fn scoped<T>(&mut self, write: impl FnOnce(&mut Self) -> Result<T, Error>) -> Result<T, Error> {
        self.scopes.push(HashMap::new());
        let written = write(self);
        self.scopes.pop();
        written
    }

    /// Runs a writer in a function of its own: no loop around it can be left from inside.
    fn function<T>(&mut self, write: impl FnOnce(&mut Self) -> Result<T, Error>) -> Result<T, Error> {
        let loops = std::mem::take(&mut self.loops);
        let switches = std::mem::take(&mut self.switches);
        let labels = std::mem::take(&mut self.labels);
        let written = self.scoped(write);
        (self.loops, self.switches, self.labels) = (loops, switches, labels);
        written
    }

    /// Runs a writer that sees no local variable from around.
    fn apart<T>(
        &mut self,
        home: Home,
        write: impl FnOnce(&mut Self) -> Result<T, Error>,
    ) -> Result<T, Error> {
        let scopes = std::mem::replace(&mut self.scopes, vec![HashMap::new()]);
        let (outer, closures) = (std::mem::replace(&mut self.home, home), std::mem::take(&mut self.closures));
        let written = self.function(write);
        (self.scopes, self.home, self.closures) = (scopes, outer, closures);
        written
    }

    fn script_methods(&mut self, methods: &'a [Method]) -> Emitted {
        let mut out = String::new();
        for (name, forms) in by_name(methods) {
            let mut list = Vec::new();
            for method in forms {
                list.push(self.apart(Home::Method, |emitter| emitter.method(method))?);
            }
            out +=
                &format!("const m${}=$j.over({},[{}]);", names::mangled(name), quoted(name), list.join(","));
            if self.language == Language::BeanShell {
                // Later scripts of the same interpreter, and those that read this one, may call it.
                out += &format!("$d.define({},$j.method_ref(m${}));", quoted(name), names::mangled(name));
            }
        }
        Ok(out)
    }

    /// One form of a method: `{n, req, rest, types, f}`.
    fn method(&mut self, method: &'a Method) -> Emitted {
        let params = self.params(&method.params, method.at)?;
        let returns = method.returns.as_ref().and_then(turned);
        let Some(body) = &method.body else {
            return Ok(signature(&method.params, "null"));
        };
        let body = self.body(body, true)?;
        let (list, turn) = (params.list, params.turn);
        let function = match (self.home, self.language) {
            (Home::Class, _) => {
                format!("function({list}){{const $d=$j.inside(this);{turn}{body}return null;}}")
            }
            // Each call has names of its own.
            (_, Language::BeanShell) => {
                format!("(...$a)=>(($d)=>({list})=>{{{turn}{body}return null;}})($j.method($d))(...$a)")
            }
            _ => format!("({list})=>{{{turn}{body}return null;}}"),
        };
        let turn = returns.as_ref().map_or(String::new(), |ty| format!(",turn:{}", quoted(ty)));
        let mut form = signature(&method.params, &function);
        form.insert_str(form.len() - 1, &turn);
        Ok(form)
    }

    /// Declares parameters.
    fn params(&mut self, params: &'a [Param], at: At) -> Result<Params, Error> {
        let mut list = Vec::new();
        let mut turn = String::new();
        for param in params {
            let js = self.declare(&param.name, param.ty.as_ref(), at)?;
            if let Some(ty) = param.ty.as_ref().and_then(turned).filter(|_| !param.rest) {
                turn += &format!("{js}=$j.to({},{js});", quoted(&ty));
            }
            list.push(match (&param.default, param.rest) {
                (_, true) => {
                    turn += &format!("{js}=$j.rest({js});");
                    format!("...{js}")
                }
                (Some(default), false) => format!("{js}={}", self.expr(default)?),
                (None, false) => js,
            });
        }
        Ok(Params { list: list.join(","), turn })
    }
}

/// Parameters in JavaScript, and the statements that turn them to their types.
struct Params {
    list: String,
    turn: String,
}

/// The description of a form, for choosing among several.
fn signature(params: &[Param], function: &str) -> String {
    let required = params.iter().filter(|param| param.default.is_none() && !param.rest).count();
    let rest = params.last().is_some_and(|param| param.rest);
    let types: Vec<String> = params
        .iter()
        .map(|param| param.ty.as_ref().map_or("null".to_owned(), |ty| quoted(&written(ty))))
        .collect();
    // Where one with a default stands before one without, what is given goes to those without.
    let last = params.iter().rposition(|param| param.default.is_none() && !param.rest).unwrap_or(0);
    let early = params[..last].iter().any(|param| param.default.is_some());
    let defaults: Vec<String> = params
        .iter()
        .enumerate()
        .filter(|(_, param)| early && param.default.is_some())
        .map(|(at, _)| at.to_string())
        .collect();
    let defaults = if early { format!("defaults:[{}],", defaults.join(",")) } else { String::new() };
    format!(
        "{{n:{},req:{required},rest:{rest},{defaults}types:[{}],f:{function}}}",
        params.len(),
        types.join(",")
    )
}

/// A type's simple name with its dimensions.
fn written(ty: &Type) -> String {
    let simple = ty.name.rsplit('.').next().unwrap_or_default();
    format!("{simple}{}", "[]".repeat(ty.dimensions as usize))
}

/// The type's name if a value that is assigned must be turned to it.
fn turned(ty: &Type) -> Option<String> {
    const KINDS: &[&str] = &[
        "int",
        "long",
        "double",
        "float",
        "boolean",
        "char",
        "byte",
        "short",
        "String",
        "Integer",
        "Long",
        "Double",
        "Float",
        "Short",
        "Byte",
        "Boolean",
        "Character",
        "BigDecimal",
        "BigInteger",
        "Set",
        "HashSet",
        "LinkedHashSet",
        "TreeSet",
        "SortedSet",
        "LinkedList",
        "HashMap",
        "TreeMap",
        "Queue",
        "Deque",
        "ArrayDeque",
    ];
    let simple = ty.name.rsplit('.').next().unwrap_or_default();
    (ty.dimensions > 0 || KINDS.contains(&simple)).then(|| written(ty))
}

/// Methods of one name together, in the order in which the names appear.
fn by_name(methods: &[Method]) -> Vec<(&str, Vec<&Method>)> {
    let mut order: Vec<(&str, Vec<&Method>)> = Vec::new();
    let mut known: HashMap<&str, usize> = HashMap::new();
    for method in methods {
        let index = *known.entry(&method.name).or_insert_with(|| {
            order.push((&method.name, Vec::new()));
            order.len() - 1
        });
        order[index].1.push(method);
    }
    order
}
