//! What a name means: a class by its simple or full name, or something that is known only at run time.

use super::super::text::quoted;
use super::super::tree::{Expr, ExprKind, Member, Reach, Type};
use super::super::{Error, host};
use super::{Emitted, Emitter, classes};

/// A name in JavaScript's letters; two names never become one.
pub(super) fn mangled(name: &str) -> String {
    use std::fmt::Write as _;
    let mut out = String::with_capacity(name.len());
    for letter in name.chars() {
        if letter.is_ascii_alphanumeric() || letter == '_' {
            out.push(letter);
        } else {
            let _ = write!(out, "${:x}$", u32::from(letter));
        }
    }
    out
}

/// Packages that Groovy and BeanShell import by themselves.
const DEFAULT_PACKAGES: &[&str] =
    &["java.lang", "java.util", "java.io", "java.net", "groovy.lang", "groovy.util"];
const DEFAULT_CLASSES: &[&str] = &["java.math.BigDecimal", "java.math.BigInteger"];
/// First parts of the names of packages.
const ROOTS: &[&str] = &["java", "javax", "org", "com", "groovy", "net", "io", "kg", "jakarta", "sun", "bsh"];

impl Emitter<'_> {
    /// The JavaScript of the class of a name as written, when it is known.
    pub(super) fn class_named(&self, name: &str) -> Option<String> {
        if self.own_classes.contains(name) {
            return Some(format!("C${}", mangled(name)));
        }
        self.full_name(name).map(|full| format!("$j.c[{}]", quoted(full)))
    }

    /// The full name of a class that the prelude has.
    fn full_name(&self, name: &str) -> Option<&'static str> {
        if let Some(array) = name.strip_suffix("[]") {
            let _ = array;
            return None;
        }
        let (first, rest) = name.split_once('.').map_or((name, None), |(first, rest)| (first, Some(rest)));
        if let Some(path) = self.imported.get(first) {
            let path = rest.map_or_else(|| path.clone(), |rest| format!("{path}.{rest}"));
            return classes::find(&path);
        }
        if let Some(found) = classes::find(name) {
            return Some(found);
        }
        self.packages
            .iter()
            .chain(DEFAULT_PACKAGES)
            .find_map(|package| classes::find(&format!("{package}.{name}")))
            .or_else(|| {
                DEFAULT_CLASSES
                    .iter()
                    .find(|full| full.ends_with(&format!(".{name}")))
                    .and_then(|f| classes::find(f))
            })
    }

    /// The JavaScript of a type that must be known.
    pub(super) fn class_of(&self, ty: &Type) -> Emitted {
        if ty.dimensions > 0 || super::super::parser::is_primitive(&ty.name) {
            return Ok(format!("$j.array({})", quoted(&super::written(ty))));
        }
        self.class_named(&ty.name).ok_or_else(|| {
            let name = self.imported.get(&ty.name).unwrap_or(&ty.name);
            Error::unsupported(ty.at, format!("class {name}"))
        })
    }

    /// The class that a path of names stands for, when it does. A path that begins as a package and names nothing
    /// known is an error.
    pub(super) fn class_at(&self, expr: &Expr) -> Result<Option<String>, Error> {
        let Some(path) = path_of(expr) else { return Ok(None) };
        let first = path.split('.').next().unwrap_or_default();
        if self.find(first).is_some() {
            return Ok(None);
        }
        if let Some(class) = self.class_named(&path) {
            return Ok(Some(class));
        }
        if path.ends_with("[]") {
            return Ok(Some(format!("$j.array({})", quoted(&path))));
        }
        Ok(None)
    }

    /// Refuses a path that names a class which the prelude does not have.
    pub(super) fn refuse_unknown_class(&self, expr: &Expr) -> Result<(), Error> {
        let Some(path) = path_of(expr) else { return Ok(()) };
        let first = path.split('.').next().unwrap_or_default();
        if self.find(first).is_some() || self.assigned.contains(first) || host::is_bound(first) {
            return Ok(());
        }
        // A constant or a field of a known class.
        let prefixes = path.match_indices('.').map(|(end, _)| &path[..end]);
        if prefixes.into_iter().any(|prefix| self.class_named(prefix).is_some()) {
            return Ok(());
        }
        if let Some(full) = self.imported.get(first) {
            return Err(Error::unsupported(expr.at, format!("class {full}")));
        }
        let last = path.rsplit('.').next().unwrap_or_default();
        let is_class = ROOTS.contains(&first) && path.contains('.') && last.starts_with(char::is_uppercase);
        let is_simple = !path.contains('.') && first.starts_with(char::is_uppercase) && !is_constant(first);
        if (is_class || is_simple) && !self.language.is_jexl() && self.home != super::Home::Class {
            return Err(Error::unsupported(expr.at, format!("class {path}")));
        }
        Ok(())
    }

    /// A name that is no local variable, read.
    pub(super) fn free_name(&self, name: &str) -> String {
        if let Some((class, member)) = self.static_names.get(name)
            && let Some(class) = classes::find(class)
        {
            return format!("$j.get($j.c[{}],{})", quoted(class), quoted(member));
        }
        match name {
            "delegate" | "owner" if self.closures > 0 => format!("$d.{name}"),
            "void" => "undefined".to_owned(),
            _ => format!("$d.get({})", quoted(name)),
        }
    }
}

/// A name all in capitals is a constant rather than a class.
fn is_constant(name: &str) -> bool {
    name.len() > 1
        && name.chars().all(|letter| letter.is_uppercase() || letter.is_ascii_digit() || letter == '_')
}

/// `a.b.c` as text, when the expression is nothing else.
fn path_of(expr: &Expr) -> Option<String> {
    match &expr.kind {
        ExprKind::Name(name) => Some(name.clone()),
        ExprKind::Prop(of, Member::Named(name), Reach::Plain) => {
            // Long chains are no names, and each step would look at all before it.
            if expr.height > 12 {
                return None;
            }
            Some(format!("{}.{name}", path_of(of)?))
        }
        _ => None,
    }
}
