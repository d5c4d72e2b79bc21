//! Answers that a plan writes to files.

use super::super::jmx::*;
use crate::program::shop;

#[test]
fn answers_are_written_to_files() {
    let saver = |prefix: &str, more: &[(&str, &str)]| {
        let mut props = vec![("FileSaver.filename", prefix)];
        props.extend(more);
        el("ResultSaver", "Saver", &props, "")
    };
    let below = [
        saver("all/answer-", &[("FileSaver.variablename", "file"), ("FileSaver.numberPadLen", "3")]),
        saver(
            "bad-${__threadNum}",
            &[
                ("FileSaver.errorsonly", "true"),
                ("FileSaver.skipautonumber", "true"),
                ("FileSaver.skipsuffix", "true"),
            ],
        ),
        saver("good-", &[("FileSaver.successonly", "true"), ("FileSaver.addTimstamp", "true")]),
        get("json", "/bin/json", ""),
        el(
            "TransactionController",
            "whole",
            &[("TransactionController.parent", "false")],
            &groovy("JSR223Sampler", "script", "SampleResult.setSuccessful(false); return 'made here'"),
        ),
        show("${file}"),
    ];
    let shop = shop();
    let text = plan(&[], &group("Files", "1", "1", &[], &below.concat()));
    let ran = run(&[("p.jmx", text.as_str())], &[&port_of(&shop)]);
    assert_eq!(
        ran.told("Files"),
        ["json", "script 200 failed", "whole failed", "all/answer-002.unknown"],
        "{}",
        ran.log()
    );
    assert!(ran.file("all/answer-001.json").contains("\"items\""));
    assert_eq!(ran.file("all/answer-002.unknown"), "made here");
    assert_eq!(ran.file("bad-1"), "made here");
    let names = |folder: &str| -> Vec<String> {
        let all = std::fs::read_dir(ran.folder.path().join(folder)).unwrap();
        let mut names: Vec<String> =
            all.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
        names.sort();
        names
    };
    // The samples of transactions have none.
    assert_eq!(names("all"), ["answer-001.json", "answer-002.unknown", "answer-003.unknown"]);
    let good: Vec<String> = names(".").into_iter().filter(|name| name.starts_with("good-")).collect();
    let [json, shown] = good.as_slice() else { panic!("{good:?}") };
    for (name, end) in [(json, "_1.json"), (shown, "_2.unknown")] {
        let stamp = name.strip_prefix("good-").and_then(|rest| rest.strip_suffix(end)).unwrap();
        assert!(stamp.len() == 13 && stamp.as_bytes()[8] == b'-', "{name}");
    }
}
