//! What one element becomes: a controller, a sampler, or a part that applies to samplers.

mod assertions;
mod extractors;
mod listeners;
mod requests;
mod samplers;
mod scripts;
mod settings;
mod timers;

use std::sync::Arc;

use super::compile::{Compiler, Texts};
use super::config::Config;
use super::document::{Element, Prop};
use super::elements;
use super::rewriting::Rewriting;
use super::text::Text;
use super::tree::{NodeKind, Parallel, Part, Throughput};
use crate::note::Kind;

pub use samplers::sampler;
pub use scripts::script;

/// What a controller does.
pub fn controller(texts: &Texts<'_>) -> NodeKind {
    let element = texts.element;
    match element.class.as_str() {
        "LoopController" => NodeKind::Loop {
            count: texts.of("LoopController.loops"),
            forever: element.flag("LoopController.continue_forever", true),
        },
        "IfController" => {
            let script = !element.flag("IfController.useExpression", false);
            NodeKind::If {
                condition: texts.of("IfController.condition"),
                each: element.flag("IfController.evaluateAll", false),
                script,
            }
        }
        "WhileController" => NodeKind::While { condition: texts.of("WhileController.condition") },
        "ForeachController" => NodeKind::Foreach {
            input: texts.of("ForeachController.inputVal"),
            output: texts.of("ForeachController.returnVal"),
            separator: element.flag("ForeachController.useSeparator", true),
            start: texts.of_if("ForeachController.startIndex"),
            end: texts.of_if("ForeachController.endIndex"),
        },
        "OnceOnlyController" => NodeKind::Once,
        "InterleaveControl" | "RandomController" => NodeKind::Interleave {
            whole: element.number("InterleaveControl.style", 0) == 1,
            random: element.class == "RandomController",
            across: element.flag("InterleaveControl.accrossThreads", false).then(Arc::default),
        },
        "RandomOrderController" => NodeKind::RandomOrder,
        "SwitchController" => NodeKind::Switch { value: texts.of("SwitchController.value") },
        "ThroughputController" => {
            let percent = element.number("ThroughputController.style", 0) == 1;
            let name = if percent {
                "ThroughputController.percentThroughput"
            } else {
                "ThroughputController.maxThroughput"
            };
            NodeKind::Throughput(Box::new(Throughput {
                percent,
                value: texts.of(name),
                per_thread: element.flag("ThroughputController.perThread", false),
                counts: std::sync::Mutex::default(),
            }))
        }
        "RunTime" => NodeKind::Runtime { seconds: texts.of("RunTime.seconds") },
        "TransactionController" => NodeKind::Transaction {
            parent: element.flag("TransactionController.parent", false),
            timers: element.flag("TransactionController.includeTimers", true),
        },
        "CriticalSectionController" => {
            NodeKind::Critical { lock: texts.of("CriticalSectionController.lockName") }
        }
        "com.blazemeter.jmeter.controller.ParallelSampler" => {
            let limited = element.flag("LIMIT_MAX_THREAD_NUMBER", false);
            NodeKind::Parallel(Box::new(Parallel {
                parent: element.flag("PARENT_SAMPLE", false),
                most: limited.then(|| texts.of_if("MAX_THREAD_NUMBER").unwrap_or_else(|| Text::literal("6"))),
            }))
        }
        "com.blazemeter.jmeter.control.WeightedSwitchController" => {
            let row = |row: &Prop| match row {
                Prop::List(cells) => match cells.as_slice() {
                    [Prop::Text(name), Prop::Text(weight), ..] => {
                        Some((texts.text(name), texts.text(weight)))
                    }
                    _ => None,
                },
                _ => None,
            };
            NodeKind::Weighted { shares: element.list("Weights").iter().filter_map(row).collect() }
        }
        _ => NodeKind::Simple,
    }
}

/// Variables that stand in a property of an element, to be set when its turn comes.
pub fn assignments(texts: &Texts<'_>, property: &str) -> NodeKind {
    let pair = |argument: &Element| {
        (texts.text(argument.text("Argument.name")), texts.text(argument.text("Argument.value")))
    };
    let list = texts.element.inner(property).into_iter();
    NodeKind::Assign(list.flat_map(|list| list.elements("Arguments.arguments")).map(pair).collect())
}

fn unsupported(compiler: &mut Compiler<'_>, element: &Element) {
    let what = elements::find(&element.class).map_or("", |row| row.does.trim_start_matches("unsupported: "));
    compiler.note(Kind::Unsupported, element, format!("{} ({what}) is not supported", element.class));
}

/// The part that an element is, when it applies to samplers.
pub fn part(compiler: &mut Compiler<'_>, texts: &Texts<'_>) -> Option<Part> {
    let element = texts.element;
    let row = elements::find(&element.class)?;
    if !row.is_supported()
        && !matches!(row.kind, elements::Kind::Sampler | elements::Kind::Controller | elements::Kind::Group)
    {
        unsupported(compiler, element);
        return None;
    }
    match row.kind {
        elements::Kind::Config => settings::config(compiler, texts).map(Part::Config),
        elements::Kind::Pre => match element.class.as_str() {
            "UserParameters" => Some(Part::Config(Config::Users(settings::users(texts)))),
            "JDBCPreProcessor" => Some(Part::Ask(Box::new(samplers::query(compiler, texts)), true)),
            "SampleTimeout" => Some(Part::Limit(texts.of("InterruptTimer.timeout"))),
            "URLRewritingModifier" => Some(Part::Rewrite(Box::new(Rewriting {
                id: compiler.id(),
                name: texts.of("argument_name"),
                in_path: element.flag("path_extension", false),
                no_equals: element.flag("path_extension_no_equals", false),
                no_question: element.flag("path_extension_no_questionmark", false),
                kept: element.flag("cache_value", false),
                encoded: element.flag("encode", false),
            }))),
            "RegExUserParameters" => Some(Part::Matches(
                [
                    "RegExUserParameters.regex_ref_name",
                    "RegExUserParameters.param_names_gr_nr",
                    "RegExUserParameters.param_values_gr_nr",
                ]
                .map(|name| texts.of(name)),
            )),
            "JSR223PreProcessor" | "BeanShellPreProcessor" | "BSFPreProcessor" => {
                Some(Part::PreScript(script(compiler, texts)))
            }
            _ => {
                ignored(compiler, element, row.does);
                None
            }
        },
        elements::Kind::Timer => timers::timer(compiler, texts).map(Part::Timer),
        elements::Kind::Post => extractors::post(compiler, texts),
        elements::Kind::Assertion => assertions::assertion(compiler, texts).map(Part::Assert),
        elements::Kind::Listener => listeners::listener(compiler, texts).map(Part::Listen),
        _ => None,
    }
}

fn ignored(compiler: &mut Compiler<'_>, element: &Element, does: &str) {
    compiler.note(Kind::Ignored, element, format!("{} has no effect here: {does}", element.class));
}
