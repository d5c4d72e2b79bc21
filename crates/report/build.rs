//! Takes over what `cargo xtask web` made of `web/`, or nothing when it did not: a build takes no more than Rust.

use std::path::Path;

fn main() {
    let web = Path::new("../../web");
    let script = web.join("dist/report.js");
    // What is not there cannot be watched; the folder that would get it can.
    let watched = if script.is_file() { &script } else { web };
    println!("cargo::rerun-if-changed={}", watched.display());
    let folder = std::env::var_os("OUT_DIR").expect("cargo says where output goes");
    let folder = Path::new(&folder);
    let charts = match std::fs::read_to_string(&script) {
        Ok(text) => {
            let taken = std::fs::write(folder.join("report.js"), text.trim_end());
            taken.expect("the output folder can be written");
            "Some(include_str!(concat!(env!(\"OUT_DIR\"), \"/report.js\")))"
        }
        Err(_) => "None",
    };
    std::fs::write(folder.join("charts.rs"), charts).expect("the output folder can be written");
}
