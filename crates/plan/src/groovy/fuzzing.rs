//! What holds for any script: the functions here panic when it does not.
//!
//! The fuzz target calls them, and the tests here replay its seeds and past findings. No part of the program's
//! interface.

use super::{Language, compile};

/// A script compiles or is refused at a place inside of it; what comes out is in proportion to what went in.
///
/// The first byte of the input chooses the language.
pub fn groovy(input: &[u8]) {
    let Some((choice, source)) = input.split_first() else { return };
    let Ok(source) = std::str::from_utf8(source) else { return };
    let language = match choice % 4 {
        0 => Language::Groovy,
        1 => Language::BeanShell,
        2 => Language::Jexl2,
        _ => Language::Jexl3,
    };
    match compile(source, language) {
        Ok(written) => {
            assert!(written.len() <= 2_000 + source.len() * 200, "{} of {source:?}", written.len());
        }
        Err(error) => {
            let lines = u32::try_from(source.matches('\n').count() + 1).expect("a short input");
            assert!((1..=lines).contains(&error.line) && error.column >= 1, "{error:?} of {source:?}");
            assert!(!error.construct.is_empty() && !error.message.ends_with('.'), "{error:?}");
        }
    }
}

#[cfg(test)]
mod tests {
    #[test]
    fn seeds_and_findings() {
        let mut count = 0;
        for folder in ["seeds", "found"] {
            let path = format!("{}/../../fuzz/{folder}/groovy", env!("CARGO_MANIFEST_DIR"));
            let Ok(files) = std::fs::read_dir(path) else { continue };
            for file in files {
                super::groovy(&std::fs::read(file.unwrap().path()).unwrap());
                count += 1;
            }
        }
        assert!(count > 3, "the seeds were not found");
    }
}
