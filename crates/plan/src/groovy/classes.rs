//! The classes that the prelude has, and the constructs that the compiler knows. Main table: [`CLASSES`].

/// A class that scripts may name.
#[derive(Clone, Copy, Debug)]
pub struct Class {
    /// Its full name.
    pub name: &'static str,
    /// Its static methods; those of `java.lang.Class` itself are not named.
    pub statics: &'static [&'static str],
}

include!("classes_table.rs");

/// Constructs of the languages: what it is, and which languages have it.
pub const CONSTRUCTS: &[(&str, &str)] = &[];

/// The full name under which the prelude knows a class.
pub(super) fn find(name: &str) -> Option<&'static str> {
    CLASSES.binary_search_by(|class| class.name.cmp(name)).ok().map(|index| CLASSES[index].name)
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
        "values",
        "valueOf",
        "with",
    ];
    let Ok(index) = CLASSES.binary_search_by(|known| known.name.cmp(class)) else { return false };
    CLASSES[index].statics.contains(&method) || OF_CLASS.contains(&method)
}

/// The tables of this module as the text of a page.
#[must_use]
pub fn reference() -> String {
    String::new()
}
