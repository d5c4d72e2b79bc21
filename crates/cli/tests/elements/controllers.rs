//! Controllers.

use super::super::jmx::*;
use super::*;

#[expect(clippy::too_many_lines, reason = "it is a table")]
pub fn controllers() -> Vec<Row> {
    let a = || show("a");
    let b = || show("b");
    let c = || show("c");
    vec![
        row("simple", &[el("GenericController", "s", &[], &(a() + &b()))], &["a", "b"]),
        loops(
            "weighted",
            "1",
            "5",
            &[with(
                "com.blazemeter.jmeter.control.WeightedSwitchController",
                "w",
                &[],
                &table("Weights", &[&["a", "3"], &["gone", "9"], &["two", "${two}"], &["c", "0"]]),
                &(a() + &el("GenericController", "two", &[], &(b() + &show("b again"))) + &c()),
            )],
            &["a", "b", "b again", "a", "a", "b", "b again"],
        ),
        loops(
            "parameterized",
            "1",
            "2",
            &[
                with(
                    "kg.apc.jmeter.control.ParameterizedController",
                    "p",
                    &[],
                    &inner_arguments("ParameterizedController", &[("x", "${x}1"), ("y", "${x}2")]),
                    &show("${x} ${y}"),
                ),
                show("${x}"),
            ],
            &["${x}1 ${x}12", "${x}1", "${x}11 ${x}112", "${x}11"],
        ),
        row("recording", &[el("RecordingController", "s", &[], &a())], &["a"]),
        row(
            "loop",
            &[el("LoopController", "l", &[("LoopController.loops", "${two}")], &show("${__jm__l__idx}"))],
            &["0", "1"],
        ),
        row(
            "if",
            &[
                el(
                    "IfController",
                    "i",
                    &[
                        ("IfController.condition", "${__jexl3(\"${who}\" == \"me\")}"),
                        ("IfController.useExpression", "true"),
                    ],
                    &a(),
                ),
                el(
                    "IfController",
                    "i",
                    &[
                        ("IfController.condition", "${__groovy(vars.get('who') == 'you')}"),
                        ("IfController.useExpression", "true"),
                    ],
                    &b(),
                ),
                el(
                    "IfController",
                    "i",
                    &[
                        ("IfController.condition", "\"${who}\" == \"me\" && ${two} > 1"),
                        ("IfController.useExpression", "false"),
                    ],
                    &c(),
                ),
            ],
            &["a", "c"],
        ),
        row(
            "if of all",
            &[
                variables(&[("go", "true")]),
                el(
                    "IfController",
                    "i",
                    &[
                        ("IfController.condition", "${go}"),
                        ("IfController.useExpression", "true"),
                        ("IfController.evaluateAll", "true"),
                    ],
                    &(a() + &groovy("JSR223Sampler", "change", "vars.put('go', 'false')") + &b()),
                ),
            ],
            &["a", "change"],
        ),
        row(
            "while",
            &[el(
                "WhileController",
                "w",
                &[("WhileController.condition", "${__jexl3(${__jm__w__idx} < 3)}")],
                &show("${__jm__w__idx}"),
            )],
            &["0", "1", "2"],
        ),
        row(
            "while last",
            &[el(
                "WhileController",
                "w",
                &[("WhileController.condition", "LAST")],
                &(get("fine", "/bin/get", "") + &get("bad", "/bin/status/404", "")),
            )],
            &["fine", "bad 404 failed"],
        ),
        row(
            "foreach",
            &[el(
                "ForeachController",
                "f",
                &[
                    ("ForeachController.inputVal", "item"),
                    ("ForeachController.returnVal", "it"),
                    ("ForeachController.useSeparator", "true"),
                ],
                &show("${it} ${__jm__f__idx}"),
            )],
            &["a 0", "b 1", "c 2"],
        ),
        row(
            "foreach part",
            &[el(
                "ForeachController",
                "f",
                &[
                    ("ForeachController.inputVal", "item"),
                    ("ForeachController.returnVal", "it"),
                    ("ForeachController.useSeparator", "true"),
                    ("ForeachController.startIndex", "1"),
                    ("ForeachController.endIndex", "2"),
                ],
                &show("${it}"),
            )],
            &["b"],
        ),
        loops("once", "1", "2", &[el("OnceOnlyController", "o", &[], &a()), b()], &["a", "b", "b"]),
        loops(
            "interleave",
            "1",
            "3",
            &[el("InterleaveControl", "i", &[("InterleaveControl.style", "0")], &(a() + &b()))],
            &["a", "b", "a"],
        ),
        row(
            "random",
            &[el("RandomController", "r", &[("InterleaveControl.style", "0")], &(a() + &a()))],
            &["a"],
        ),
        row("random order", &[el("RandomOrderController", "r", &[], &(a() + &a()))], &["a", "a"]),
        row(
            "switch",
            &[
                el("SwitchController", "s", &[("SwitchController.value", "1")], &(a() + &b())),
                el("SwitchController", "s", &[("SwitchController.value", "a")], &(a() + &b())),
                el("SwitchController", "s", &[("SwitchController.value", "")], &(show("default") + &b())),
            ],
            &["b", "a", "default"],
        ),
        loops(
            "throughput",
            "1",
            "4",
            &[
                el(
                    "ThroughputController",
                    "t",
                    &[
                        ("ThroughputController.style", "0"),
                        ("ThroughputController.maxThroughput", "1"),
                        ("ThroughputController.perThread", "true"),
                    ],
                    &a(),
                ),
                el(
                    "ThroughputController",
                    "t",
                    &[
                        ("ThroughputController.style", "1"),
                        ("ThroughputController.percentThroughput", "50"),
                        ("ThroughputController.perThread", "true"),
                    ],
                    &b(),
                ),
            ],
            &["a", "b", "b"],
        ),
        row("runtime", &[el("RunTime", "r", &[("RunTime.seconds", "0")], &a()), b()], &["b"]),
        row(
            "transaction",
            &[el(
                "TransactionController",
                "t",
                &[("TransactionController.parent", "false")],
                &(get("x", "/bin/get", "") + &get("y", "/bin/get", "")),
            )],
            &["x", "y", "t"],
        ),
        row(
            "transaction parent",
            &[el(
                "TransactionController",
                "t",
                &[("TransactionController.parent", "true")],
                &(get("x", "/bin/get", "") + &get("y", "/bin/status/500", "")),
            )],
            &["t 500 failed", "x", "y 500 failed"],
        ),
        row(
            "module",
            &[with(
                "ModuleController",
                "m",
                &[],
                &list("ModuleController.node_path", &["Test Plan", "Plan", "Fragment"]),
                "",
            )],
            &["fragment ran"],
        ),
        row(
            "include",
            &[el("IncludeController", "i", &[("IncludeController.includepath", "part.jmx")], "")],
            &["included me"],
        ),
        row(
            "critical",
            &[el(
                "CriticalSectionController",
                "c",
                &[("CriticalSectionController.lockName", "lock")],
                &(a() + &b()),
            )],
            &["a", "b"],
        ),
        row(
            "parallel",
            &[
                el(
                    "com.blazemeter.jmeter.controller.ParallelSampler",
                    "p",
                    &[("PARENT_SAMPLE", "true")],
                    &(groovy("JSR223Sampler", "x", "vars.put('x', 'set')") + &show("y")),
                ),
                show("${x}"),
            ],
            &["p", "x", "y", "set"],
        ),
    ]
}
