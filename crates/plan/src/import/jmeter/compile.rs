//! From the elements of a file to a plan that can run.
//!
//! Main function: [`compile`]. Groups are in `groups`; what one element becomes is in `parts`.

mod builder;

use std::sync::Arc;

use super::document::{self, Element};
use super::elements::{self, Kind as Class};
use super::groups;
use super::listener::ResultFile;
use super::text::Text;
use super::tree::{Group, Plan, Scoped};
use super::user::{Shared, User};
use crate::import::Leniency;
use crate::note::{Kind, Note};
use builder::Builder;

/// How deep modules and includes may lead into each other.
const DEPTH_MAX: usize = 30;

/// What a plan was compiled to.
#[derive(Debug)]
pub struct Compiled {
    /// The plan.
    pub plan: Plan,
    /// Result files of its listeners.
    pub files: Vec<ResultFile>,
    /// What there is to say.
    pub notes: Vec<Note>,
}

/// State of a compilation.
pub struct Compiler<'a> {
    /// What users share.
    pub shared: Arc<Shared>,
    /// Evaluates the plan's own texts.
    pub user: User,
    /// What there is to say.
    pub notes: Vec<Note>,
    /// Result files of listeners.
    pub files: Vec<ResultFile>,
    /// Pools of connections to databases.
    pub sources: Vec<super::database::Source>,
    /// How much may be wrong.
    pub leniency: Leniency,
    roots: &'a [Element],
    next_id: usize,
    /// Elements that were compiled already, by where they stand in memory: one element is one in all groups.
    known: std::collections::BTreeMap<usize, Arc<Scoped>>,
}

/// Compiles what a file holds.
///
/// # Errors
/// With all notes when one of them keeps the plan from being run.
pub fn compile(
    roots: &[Element],
    shared: Arc<Shared>,
    leniency: Leniency,
    mut notes: Vec<Note>,
) -> Result<Compiled, Vec<Note>> {
    let user = User::loading(Arc::clone(&shared));
    let mut compiler = Compiler {
        user,
        notes: std::mem::take(&mut notes),
        files: Vec::new(),
        sources: Vec::new(),
        leniency,
        roots,
        next_id: 0,
        known: std::collections::BTreeMap::new(),
        shared,
    };
    for root in roots {
        compiler.check_classes(root);
    }
    let Some(root) = roots.iter().find(|root| root.class == "TestPlan") else {
        let mut note = compiler.error_at(roots.first(), "there is no test plan in the file");
        note.help = Some("a fragment can be included by another plan".to_owned());
        compiler.notes.push(note);
        return Err(compiler.notes);
    };
    let variables = compiler.variables(root);
    let mut groups = Vec::new();
    let mut numbers = [0u32; 3];
    for element in root.children.iter().filter(|element| element.enabled) {
        if elements::find(&element.class).is_some_and(|row| row.kind == Class::Group) {
            groups.extend(compiler.group(element, root, &mut numbers));
        }
    }
    if compiler.notes.iter().any(|note| note.kind == Kind::Error || compiler.leniency.refuses(note.kind)) {
        return Err(compiler.notes);
    }
    let plan = Plan {
        groups,
        shared: Arc::clone(&compiler.shared),
        variables,
        sources: std::mem::take(&mut compiler.sources),
        serial: root.flag("TestPlan.serialize_threadgroups", false),
        teardown_after_stop: root.flag("TestPlan.tearDown_on_shutdown", false),
        looks_back: roots.iter().any(looks_back),
    };
    Ok(Compiled { plan, files: compiler.files, notes: compiler.notes })
}

/// Whether something in an element may look at the last sample: a script, or a function that does.
fn looks_back(element: &Element) -> bool {
    const CLASSES: [&str; 6] =
        ["JSR223", "BeanShell", "BSF", "IncludeController", "IfController", "URLRewritingModifier"];
    let mut found = CLASSES.iter().any(|class| element.class.contains(class));
    element.each_text(&mut |raw| {
        // A text that cannot be parsed is taken to the letter, and calls nothing.
        if let Ok(text) = Text::parse(raw) {
            text.each_call(&mut |function, _| found |= function.looks_back());
        }
    });
    found || element.children.iter().any(looks_back)
}

impl Compiler<'_> {
    fn error_at(&self, element: Option<&Element>, message: impl Into<String>) -> Note {
        let place = element.map(Element::place).unwrap_or_default();
        Note::new(Kind::Error, place, message)
    }

    /// Says something of an element.
    pub fn note(&mut self, kind: Kind, element: &Element, message: impl Into<String>) {
        self.notes.push(Note::new(kind, element.place(), message));
    }

    /// A class that nobody knows makes the file unreadable, wherever it stands.
    fn check_classes(&mut self, element: &Element) {
        if elements::find(&element.class).is_none() {
            let message =
                format!("CannotResolveClassException: {} is no class that is known here", element.class);
            self.note(Kind::Error, element, message);
        }
        // Names with variables in them are looked at when the file is opened.
        let data = element.text("filename");
        if element.class == "CSVDataSet" && element.enabled && !data.contains("${") {
            let path = self.shared.beside_plan(data.trim());
            if let Err(why) = self.shared.reach.check(&path, data) {
                self.note(Kind::Error, element, why);
            }
        }
        element.children.iter().for_each(|child| self.check_classes(child));
    }

    /// The texts of an element are templates, unless one of them is malformed.
    pub fn texts<'e>(&mut self, element: &'e Element) -> Texts<'e> {
        let mut bad = None;
        element.each_text(&mut |text| {
            if let Err(error) = Text::parse(text) {
                bad.get_or_insert(error.0);
            }
        });
        if let Some(error) = &bad {
            let message = format!("{error}; JMeter leaves all texts of the element as they are written");
            self.note(Kind::Ignored, element, message);
        }
        Texts { element, raw: bad.is_some() }
    }

    /// A number of its own.
    pub fn id(&mut self) -> usize {
        self.next_id += 1;
        self.next_id
    }

    /// The plan's variables: its own, then those of elements in their order.
    fn variables(&mut self, root: &Element) -> Vec<(String, String)> {
        let mut list: Vec<(String, String)> = Vec::new();
        let given = root.props.iter().filter_map(|(name, prop)| match prop {
            document::Prop::Element(element) => Some((name, &**element)),
            _ => None,
        });
        for (name, element) in given {
            if !element.list("Arguments.arguments").is_empty() && name != "TestPlan.user_defined_variables" {
                let message = format!(
                    "variables stand in the property {name}, which JMeter does not read; they are taken"
                );
                self.note(Kind::Lenient, root, message);
            }
            list.extend(self.arguments(element));
        }
        list.iter().for_each(|(name, value)| self.user.vars.put(name, value));
        self.elements_of_variables(root, &mut list);
        list
    }

    fn elements_of_variables(&mut self, element: &Element, list: &mut Vec<(String, String)>) {
        for child in element.children.iter().filter(|child| child.enabled) {
            let more = match child.class.as_str() {
                "Arguments" => self.arguments(child),
                "kg.apc.jmeter.config.VariablesFromCSVFile" => self.variables_of_file(child),
                _ => Vec::new(),
            };
            if !more.is_empty() {
                more.iter().for_each(|(name, value)| self.user.vars.put(name, value));
                list.extend(more);
            }
            self.elements_of_variables(child, list);
        }
    }

    /// Variables out of a file: a name and a value on each line.
    fn variables_of_file(&mut self, element: &Element) -> Vec<(String, String)> {
        let name = self.now(element, element.text("filename"));
        let prefix = self.now(element, element.text("variablesPrefix"));
        let delimiter = match element.text("delimiter") {
            "" => ",".to_owned(),
            "\\t" => "\t".to_owned(),
            given => given.to_owned(),
        };
        let path = self.shared.beside_plan(name.trim());
        let read = self.shared.reach.check(&path, &name).and_then(|()| {
            let bytes = std::fs::read(&path);
            bytes.map_err(|error| format!("the file {} cannot be read: {error}", path.display()))
        });
        let text = match read {
            Ok(bytes) => String::from_utf8_lossy(&bytes).into_owned(),
            Err(why) => {
                self.note(Kind::Ignored, element, why);
                return Vec::new();
            }
        };
        let pair = |line: &str| {
            let (name, value) = line.split_once(&delimiter)?;
            Some((format!("{prefix}{name}"), value.to_owned()))
        };
        text.lines().filter_map(pair).collect()
    }

    fn arguments(&mut self, element: &Element) -> Vec<(String, String)> {
        let mut list = Vec::new();
        for argument in element.elements("Arguments.arguments") {
            let name = argument.text("Argument.name").to_owned();
            let value = self.now(argument, argument.text("Argument.value"));
            list.push((name, value));
        }
        list
    }

    /// What a text says before the test begins.
    pub fn now(&mut self, element: &Element, text: &str) -> String {
        let Ok(parsed) = Text::parse(text) else { return text.to_owned() };
        match parsed.eval(&mut self.user) {
            Ok(value) => value.into_owned(),
            Err(fault) => {
                self.note(Kind::Ignored, element, format!("a function throws: {fault}"));
                text.to_owned()
            }
        }
    }

    fn group(&mut self, element: &Element, root: &Element, numbers: &mut [u32; 3]) -> Option<Group> {
        let mut group = groups::group(self, element, numbers)?;
        let mut builder =
            Builder { compiler: self, nodes: std::mem::take(&mut group.nodes), parts: Vec::new() };
        // What stands beside the groups belongs to each of them, after its own.
        let is_group =
            |child: &&Element| elements::find(&child.class).is_some_and(|row| row.kind == Class::Group);
        let beside: Vec<&Element> = root.children.iter().filter(|child| !is_group(child)).collect();
        let children: Vec<&Element> = element.children.iter().chain(beside).collect();
        builder.level(0, &children, &mut vec![], 0);
        let Builder { nodes, parts, .. } = builder;
        group.nodes = nodes;
        group.parts = parts;
        Some(group)
    }

    /// The element that a module controller points to: names from the top.
    fn target(&self, path: &[&str]) -> Option<&Element> {
        // The first name is the tree's own.
        let mut names = path.iter().skip(1);
        let first = names.next()?;
        let mut found = self.roots.iter().find(|root| root.name == **first)?;
        for name in names {
            found = found.children.iter().find(|child| child.name == **name)?;
        }
        Some(found)
    }

    /// The children of the fragment in a file.
    fn include(&mut self, element: &Element) -> Vec<Element> {
        let path = self.now(element, element.text("IncludeController.includepath"));
        let prefix = self.shared.prop("includecontroller.prefix").unwrap_or_default();
        let path = self.shared.beside_plan(&format!("{prefix}{path}"));
        if let Err(why) = self.shared.reach.check(&path, &path.display().to_string()) {
            self.note(Kind::Error, element, why);
            return Vec::new();
        }
        let read = std::fs::read(&path).map_err(|error| error.to_string()).and_then(|bytes| {
            let text = String::from_utf8_lossy(&bytes).into_owned();
            document::read(&path.display().to_string(), &text).map_err(|note| note.message)
        });
        match read {
            Ok(read) => {
                self.notes.extend(read.notes);
                read.roots.iter().for_each(|root| self.check_classes(root));
                fragments(read.roots)
            }
            Err(error) => {
                self.note(Kind::Ignored, element, format!("{} cannot be included: {error}", path.display()));
                Vec::new()
            }
        }
    }
}

/// What an included file brings: what stands in its fragment.
fn fragments(roots: Vec<Element>) -> Vec<Element> {
    for root in roots {
        if root.class == "TestFragmentController" {
            return root.children;
        }
        let found = fragments(root.children);
        if !found.is_empty() {
            return found;
        }
    }
    Vec::new()
}

/// The texts of one element.
pub struct Texts<'e> {
    /// The element.
    pub element: &'e Element,
    raw: bool,
}

impl Texts<'_> {
    /// The template in a property.
    #[must_use]
    pub fn of(&self, name: &str) -> Text {
        self.text(self.element.text(name))
    }

    /// The template in a property, when it is there.
    #[must_use]
    pub fn of_if(&self, name: &str) -> Option<Text> {
        self.element.text_if(name).map(|text| self.text(text))
    }

    /// A text of the element as a template.
    #[must_use]
    pub fn text(&self, text: &str) -> Text {
        if self.raw { Text::literal(text) } else { Text::parse(text).unwrap_or_else(|_| Text::literal(text)) }
    }

    /// The element's name.
    #[must_use]
    pub fn name(&self) -> Text {
        self.text(&self.element.name)
    }
}
