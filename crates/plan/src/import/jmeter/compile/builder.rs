//! From what stands below a group to the nodes of its tree, each with the parts that are in its scope.
//!
//! Main type: [`Builder`].

use std::sync::Arc;

use super::super::config::Config;
use super::super::document::Element;
use super::super::elements::{self, Kind as Class};
use super::super::parts;
use super::super::text::Text;
use super::super::tree::{Node, NodeId, NodeKind, Part, Scope, Scoped};
use super::{Compiler, DEPTH_MAX};
use crate::note::Kind;

/// What stands at one level: places of scoped parts.
pub(super) type Level = Vec<usize>;

/// A tree that is being made.
pub(super) struct Builder<'c, 'a> {
    /// Makes the parts.
    pub compiler: &'c mut Compiler<'a>,
    /// The nodes so far.
    pub nodes: Vec<Node>,
    /// The parts so far.
    pub parts: Vec<Arc<Scoped>>,
}

impl Builder<'_, '_> {
    /// Compiles what stands below a node; `levels` are those above, the outermost first.
    pub fn level(&mut self, node: NodeId, children: &[&Element], levels: &mut Vec<Level>, depth: usize) {
        let mut level = Level::new();
        for child in children.iter().filter(|child| child.enabled) {
            level.extend(self.scoped(child));
        }
        // What was added first ticks last.
        for place in level.iter().rev() {
            if let Part::Config(config) = &self.parts[*place].part
                && config.ticks()
            {
                self.nodes[node].ticks.push(*place);
            }
        }
        levels.push(level);
        self.nodes[node].scope = self.scope(levels, node);
        for child in children.iter().filter(|child| child.enabled) {
            let Some(row) = elements::find(&child.class) else { continue };
            match row.kind {
                Class::Controller => self.controller(node, child, levels, depth),
                Class::Sampler => self.sampler(node, child, levels),
                _ => {}
            }
        }
        levels.pop();
    }

    fn add(&mut self, parent: NodeId, kind: NodeKind, name: Text) -> NodeId {
        let id = self.nodes.len();
        self.nodes.push(Node {
            kind,
            name,
            children: Vec::new(),
            parent: Some(parent),
            ticks: Vec::new(),
            scope: Scope::default(),
        });
        self.nodes[parent].children.push(id);
        id
    }

    fn controller(&mut self, parent: NodeId, element: &Element, levels: &mut Vec<Level>, depth: usize) {
        if depth > DEPTH_MAX {
            self.compiler.note(Kind::Error, element, "controllers lead into each other without end");
            return;
        }
        let texts = self.compiler.texts(element);
        let name = texts.name();
        match element.class.as_str() {
            // A fragment runs only where a controller points to it.
            "TestFragmentController" => {}
            "ModuleController" => {
                let path: Vec<&str> = element.texts("ModuleController.node_path").collect();
                let Some(target) = self.compiler.target(&path).cloned() else {
                    let message =
                        format!("the module controller points to {}, which is not there", path.join(" > "));
                    self.compiler.note(Kind::Error, element, message);
                    return;
                };
                let id = self.add(parent, NodeKind::Simple, name);
                let mut target = target;
                target.enabled = true;
                if target.class == "TestFragmentController" {
                    "GenericController".clone_into(&mut target.class);
                }
                self.level(id, &[&target], levels, depth + 1);
            }
            "IncludeController" => {
                let children = self.compiler.include(element);
                let id = self.add(parent, NodeKind::Simple, name);
                let children: Vec<&Element> = children.iter().collect();
                self.level(id, &children, levels, depth + 1);
            }
            _ => {
                let kind = parts::controller(&texts);
                let id = self.add(parent, kind, name);
                if element.class == "kg.apc.jmeter.control.ParameterizedController" {
                    // A step of its own with nothing in scope, which takes its turn before all others.
                    let set = parts::assignments(&texts, "ParameterizedController");
                    self.add(id, set, texts.name());
                }
                let children: Vec<&Element> = element.children.iter().collect();
                self.level(id, &children, levels, depth + 1);
            }
        }
    }

    fn sampler(&mut self, parent: NodeId, element: &Element, levels: &mut Vec<Level>) {
        let texts = self.compiler.texts(element);
        let kind = parts::sampler(self.compiler, &texts);
        let id = self.add(parent, kind, texts.name());
        let mut own = Level::new();
        for prop in ["HTTPSampler.header_manager", "HTTPsampler.header_manager"] {
            if let Some(inner) = element.inner(prop) {
                let mut inner = inner.clone();
                "HeaderManager".clone_into(&mut inner.class);
                inner.enabled = true;
                inner.file = Arc::clone(&element.file);
                (inner.line, inner.column) = (element.line, element.column);
                let message = format!(
                    "headers stand in the property {prop} of the sampler, where JMeter does not read them; they are taken"
                );
                self.compiler.note(Kind::Lenient, element, message);
                own.extend(self.scoped(&inner));
            }
        }
        for child in element.children.iter().filter(|child| child.enabled) {
            own.extend(self.scoped(child));
        }
        for place in own.iter().rev() {
            if let Part::Config(config) = &self.parts[*place].part
                && config.ticks()
            {
                self.nodes[parent].ticks.push(*place);
            }
        }
        levels.push(own);
        self.nodes[id].scope = self.scope(levels, id);
        levels.pop();
    }

    /// The part that an element is, when it is one; its place.
    fn scoped(&mut self, element: &Element) -> Option<usize> {
        let address = std::ptr::from_ref(element) as usize;
        let scoped = match self.compiler.known.get(&address) {
            Some(known) if known.name.raw() == element.name => Arc::clone(known),
            _ => {
                let texts = self.compiler.texts(element);
                let part = parts::part(self.compiler, &texts)?;
                let scoped = Arc::new(Scoped { id: self.compiler.id(), name: texts.name(), part });
                self.compiler.known.insert(address, Arc::clone(&scoped));
                scoped
            }
        };
        self.parts.push(scoped);
        Some(self.parts.len() - 1)
    }

    /// What is in scope: settings, timers and listeners from the nearest level, all else from the outermost.
    fn scope(&self, levels: &[Level], node: NodeId) -> Scope {
        let mut scope = Scope::default();
        for level in levels.iter().rev() {
            for place in level {
                match &self.parts[*place].part {
                    Part::Config(_) => scope.configs.push(*place),
                    Part::Timer(_) => scope.timers.push(*place),
                    Part::Listen(_) => scope.listeners.push(*place),
                    _ => {}
                }
            }
        }
        for level in levels {
            for place in level {
                match &self.parts[*place].part {
                    Part::PreScript(_)
                    | Part::Ask(_, true)
                    | Part::Matches(_)
                    | Part::Rewrite(_)
                    | Part::Limit(_) => {
                        scope.pre.push(*place);
                    }
                    Part::Config(Config::Users(users)) if !users.per_iteration => {
                        scope.pre.push(*place);
                    }
                    Part::Extract(_)
                    | Part::PostScript(_)
                    | Part::OnFailure(_)
                    | Part::Show { .. }
                    | Part::Ask(_, false) => {
                        scope.post.push(*place);
                    }
                    Part::Assert(_) => scope.assertions.push(*place),
                    _ => {}
                }
            }
        }
        let mut above = self.nodes[node].parent;
        while let Some(at) = above {
            if matches!(self.nodes[at].kind, NodeKind::Transaction { parent: false, .. }) {
                scope.transactions.push(at);
            }
            above = self.nodes[at].parent;
        }
        scope
    }
}
