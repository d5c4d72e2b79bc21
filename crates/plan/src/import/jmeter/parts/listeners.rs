//! Listeners.

use super::super::compile::{Compiler, Texts};
use super::super::document::Prop;
use super::super::elements;
use super::super::listener::{Listener, ResultFile, SaveConfig};
use super::ignored;
use super::scripts::script;

/// The listener that an element is.
pub(super) fn listener(compiler: &mut Compiler<'_>, texts: &Texts<'_>) -> Option<Listener> {
    let element = texts.element;
    match element.class.as_str() {
        "JSR223Listener" | "BeanShellListener" => Some(Listener::Script(script(compiler, texts))),
        "ResultCollector" | "kg.apc.jmeter.vizualizers.CorrectedResultCollector" => {
            let name = element.text("filename").to_owned();
            let name = compiler.now(element, &name);
            if name.trim().is_empty() {
                return None;
            }
            let save = SaveConfig::of_props(&compiler.shared);
            let save = match element.get("saveConfig") {
                Some(Prop::Map(map)) => save.of_element(map),
                _ => save,
            };
            compiler.files.push(ResultFile {
                path: std::path::PathBuf::from(name.trim()),
                save,
                errors_only: element.flag("ResultCollector.error_logging", false),
                successes_only: element.flag("ResultCollector.success_only_logging", false),
            });
            Some(Listener::File(compiler.files.len() - 1))
        }
        class => {
            let does = elements::find(class).map_or("", |row| row.does);
            ignored(compiler, element, does);
            None
        }
    }
}
