//! Listeners.

use super::super::compile::{Compiler, Texts};
use super::super::document::Prop;
use super::super::elements;
use super::super::listener::{Listener, ResultFile, SaveConfig};
use super::super::saver::Saver;
use super::ignored;
use super::scripts::script;

/// The listener that an element is.
pub(super) fn listener(compiler: &mut Compiler<'_>, texts: &Texts<'_>) -> Option<Listener> {
    let element = texts.element;
    match element.class.as_str() {
        "JSR223Listener" | "BeanShellListener" | "BSFListener" => {
            Some(Listener::Script(script(compiler, texts)))
        }
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
        "ResultSaver" => Some(Listener::Save(Box::new(Saver {
            prefix: texts.of("FileSaver.filename"),
            variable: texts.of("FileSaver.variablename"),
            errors_only: element.flag("FileSaver.errorsonly", false),
            successes_only: element.flag("FileSaver.successonly", false),
            no_suffix: element.flag("FileSaver.skipsuffix", false),
            no_number: element.flag("FileSaver.skipautonumber", false),
            stamped: element.flag("FileSaver.addTimstamp", false),
            digits: usize::try_from(element.number("FileSaver.numberPadLen", 0)).unwrap_or(0).min(20),
            transactions: !element.flag("FileSaver.ignoreTC", true),
            count: std::sync::atomic::AtomicU64::new(0),
        }))),
        class => {
            let does = elements::find(class).map_or("", |row| row.does);
            ignored(compiler, element, does);
            None
        }
    }
}
