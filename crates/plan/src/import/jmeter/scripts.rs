//! What a plan's scripts need of whoever runs them.
//!
//! Main type: [`Scripts`].

use smol_str::SmolStr;

use super::user::User;

/// A language of scripts.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Language {
    /// Groovy.
    Groovy,
    /// BeanShell: Java without its ceremonies.
    BeanShell,
    /// JEXL 2 and 3.
    Jexl,
    /// JavaScript.
    JavaScript,
}

impl Language {
    /// The language of a name as plans write it; a blank one is Groovy.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        Some(match name.trim().to_ascii_lowercase().as_str() {
            "" | "groovy" => Self::Groovy,
            "beanshell" | "bsh" | "java" => Self::BeanShell,
            "jexl" | "jexl2" | "jexl3" => Self::Jexl,
            "javascript" | "ecmascript" | "js" | "nashorn" | "rhino" => Self::JavaScript,
            _ => return None,
        })
    }
}

/// Runs scripts.
pub trait Scripts {
    /// The value of a short script; nothing for `null`.
    ///
    /// # Errors
    /// With the words of what was thrown, or why the script cannot be run.
    fn expression(&self, language: Language, source: &str, user: &mut User)
    -> Result<Option<String>, String>;

    /// Runs the script of an element.
    ///
    /// # Errors
    /// With what it threw, or why it cannot be run.
    fn run(
        &self,
        script: &super::script_element::Script,
        source: &str,
        parameters: &str,
        scene: &mut Scene<'_>,
        user: &mut User,
    ) -> Result<Ran, Thrown>;
}

/// A request as scripts before it may change it.
#[derive(Clone, Default, Debug)]
pub struct SamplerView {
    /// The sampler's name.
    pub name: SmolStr,
    /// Its class.
    pub class: &'static str,
    /// Properties that a script set, by their field: `path`, `method`, `domain` and so on.
    pub changed: Vec<(String, String)>,
    /// Arguments that a script set: name, value, and whether they are encoded.
    pub arguments: Option<Vec<(String, String, bool)>>,
    /// Headers that a script set.
    pub headers: Option<Vec<(String, String)>>,
    /// Files that a script set: path, name of the part, type.
    pub files: Option<Vec<[String; 3]>>,
    /// The request as it would be without the script, when it is one of HTTP.
    pub call: Option<Box<super::http::Call>>,
}

impl SamplerView {
    /// Whether a script set anything.
    #[must_use]
    pub fn has_changes(&self) -> bool {
        !self.changed.is_empty() || self.arguments.is_some() || self.headers.is_some() || self.files.is_some()
    }
}

/// What a script wants to happen after it.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub struct Wishes {
    /// The thread ends.
    pub stop_thread: bool,
    /// The test ends.
    pub stop_test: bool,
    /// The test ends at once.
    pub stop_now: bool,
    /// Where the thread goes on.
    pub action: Option<super::sample::Action>,
}

/// What a script can see and change.
pub struct Scene<'a> {
    /// Where it stands.
    pub stand: super::script_element::Stand,
    /// The element's name.
    pub label: &'a str,
    /// The sample that it makes, follows or judges.
    pub sample: Option<&'a mut super::sample::Sample>,
    /// The sampler in whose scope it is.
    pub sampler: Option<&'a mut SamplerView>,
    /// What it says as an assertion.
    pub verdict: Option<&'a mut super::sample::Verdict>,
    /// The cookies in scope.
    pub cookies: Option<&'a mut super::cookies::CookieStore>,
    /// What it wants to happen.
    pub wishes: Wishes,
}

/// What came of a script.
#[derive(Clone, PartialEq, Eq, Default, Debug)]
pub struct Ran {
    /// Its value as text; nothing for `null`.
    pub value: Option<String>,
    /// How long the user sleeps after it, in ms.
    pub sleep_ms: i64,
}

/// What a script threw.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Thrown {
    /// Class and message in Java's words.
    pub text: String,
    /// It is an error, not an exception: the thread ends with it.
    pub is_error: bool,
}
