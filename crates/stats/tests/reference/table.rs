//! The table of checks agrees with the sources and the pages.

use plimsoll_stats::CHECKS;
use std::path::Path;

#[test]
fn every_check_has_a_file_and_a_page() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    assert!(CHECKS.is_sorted_by(|a, b| a.name < b.name), "rows are in alphabetic order");
    for check in CHECKS {
        assert!(root.join(format!("src/{}.rs", check.name)).exists(), "{} has a file", check.name);
        let page = root.join(format!("../../docs/judgement/{}.md", check.page));
        let text = std::fs::read_to_string(&page).unwrap_or_default();
        assert!(
            text.contains(&format!("`{}`", check.name)),
            "{} is explained in {}",
            check.name,
            page.display()
        );
        assert!(check.question.ends_with('?') && !check.misleads.is_empty());
    }
}
