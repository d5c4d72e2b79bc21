//! The tables of elements: a row is a thread group and what its result file must show.

pub mod assertions;
pub mod controllers;
pub mod databases;
pub mod encryption;
pub mod extractors;
mod functions;
pub mod groups;
pub mod mysql;
pub mod samplers;
mod saver;
mod scripts;
pub mod settings;
pub mod sockets;
pub mod zones;

use super::jmx::*;
use crate::program::shop;

/// A thread group and the labels of its samples, in their order.
pub struct Row {
    pub name: &'static str,
    pub xml: String,
    pub wanted: Vec<&'static str>,
}

/// One thread, once.
pub fn row(name: &'static str, below: &[String], wanted: &[&'static str]) -> Row {
    loops(name, "1", "1", below, wanted)
}

pub fn loops(
    name: &'static str,
    threads: &str,
    loops: &str,
    below: &[String],
    wanted: &[&'static str],
) -> Row {
    own(name, group(name, threads, loops, &[], &below.concat()), wanted)
}

pub fn own(name: &'static str, xml: String, wanted: &[&'static str]) -> Row {
    Row { name, xml, wanted: wanted.to_vec() }
}

pub const FILES: &[(&str, &str)] = &[
    ("users.csv", "ann,1\nbob,2\n\"c,d\",3\n"),
    ("settings.csv", "colour;green\nno pair\nsize;${two}\n"),
    ("named.csv", "name;age\neve;7\n"),
    ("part.jmx", FRAGMENT),
    ("hello.groovy", "vars.put('from_file', 'yes')"),
];

/// Arguments in a property of an element.
pub fn inner_arguments(property: &str, pairs: &[(&str, &str)]) -> String {
    let rows: Vec<[(&str, &str); 2]> =
        pairs.iter().map(|(name, value)| [("Argument.name", *name), ("Argument.value", *value)]).collect();
    let rows: Vec<&[(&str, &str)]> = rows.iter().map(|row| &row[..]).collect();
    let list = items("Arguments.arguments", "Argument", &rows);
    format!("<elementProp name=\"{property}\" elementType=\"Arguments\">{list}</elementProp>")
}

pub const FRAGMENT: &str = "<jmeterTestPlan version=\"1.2\"><hashTree><TestFragmentController testname=\"Part\"/><hashTree>\
    <DebugSampler testname=\"included ${who}\"/><hashTree/></hashTree></hashTree></jmeterTestPlan>";

/// What stands beside the groups.
pub fn beside() -> String {
    [
        variables(&[
            ("who", "me"),
            ("two", "${__intSum(1,1)}"),
            ("item_1", "a"),
            ("item_2", "b"),
            ("item_3", "c"),
        ]),
        el("TestFragmentController", "Fragment", &[], &show("fragment ran")),
        el("Summariser", "Summary", &[], ""),
        el("WorkBench", "Work bench", &[], ""),
    ]
    .concat()
}

pub fn check(rows: &[Row], more: &str, args: &[&str]) {
    check_in("UTC", rows, more, args);
}

/// The same on a machine whose clocks are those of a zone.
pub fn check_in(zone: &str, rows: &[Row], more: &str, args: &[&str]) {
    let shop = shop();
    let groups: String = rows.iter().map(|row| row.xml.as_str()).collect();
    let text = plan(&[("TestPlan.serialize_threadgroups", "true")], &(beside() + more + &groups));
    let mut files = vec![("p.jmx", text.as_str())];
    files.extend(FILES);
    let port = port_of(&shop);
    let mut all = vec![port.as_str()];
    all.extend(args);
    let ran = run_in(zone, &files, &all);
    assert_eq!(ran.output.status.code(), Some(0), "{}", ran.log());
    let wrong: Vec<String> = rows
        .iter()
        .filter_map(|row| {
            let told = ran.told(row.name);
            (told != row.wanted)
                .then(|| format!("{}\n  wanted {:?}\n  got    {told:?}", row.name, row.wanted))
        })
        .collect();
    assert!(wrong.is_empty(), "{}\n{}", wrong.join("\n"), ran.log());
}

/// A header that came to the server, which tells of it in JSON.
pub fn header(variable: &str, name: &str) -> String {
    let regex = format!("(?i)\"{name}\":\\s*\"([^\"]*)\"");
    let props = [
        ("RegexExtractor.refname", variable),
        ("RegexExtractor.regex", &regex),
        ("RegexExtractor.template", "$1$"),
        ("RegexExtractor.default", "none"),
    ];
    el("RegexExtractor", "Header", &props, "")
}
