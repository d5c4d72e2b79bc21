//! Golden files: expected output that `UPDATE=1` rewrites.

use std::fs;
use std::path::Path;

/// Compares with `tests/golden/NAME`; `UPDATE=1` rewrites the file instead.
pub fn golden(name: &str, got: &str) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden").join(name);
    if std::env::var_os("UPDATE").is_some() {
        fs::write(&path, got).expect("golden files can be written");
        return;
    }
    let want = fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    assert!(want == got, "{name} differs; UPDATE=1 rewrites it\n--- want\n{want}\n--- got\n{got}");
}
