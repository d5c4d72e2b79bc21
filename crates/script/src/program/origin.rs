//! From places in the code that runs to places in the user's own text, and what stands there.

use super::{Program, SCRIPT_PREFIX, Style, read, write};
use crate::places::{self, Place};

/// The engine's messages have no more than 63 bytes of a name, fewer when a letter would be cut in two.
const CUT_BYTES: usize = 60;

impl Program {
    /// The place in the user's own file of a place in the code that runs: `ADDRESS:LINE:COLUMN`.
    pub(crate) fn original(&self, place: &str) -> Option<String> {
        let mut parts = place.rsplitn(3, ':');
        let (column, line, address) = (parts.next()?, parts.next()?, parts.next()?);
        let (line, mut column): (u32, u32) = (line.parse().ok()?, column.parse().ok()?);
        if address.starts_with(SCRIPT_PREFIX) {
            return self.in_script(address, line, column);
        }
        // One that does not compile is known by its style only.
        let wrapped = line == 1
            && (read(&self.functions).contains_key(address)
                || (self.style == Style::Node && read(&self.styles).get(address) == Some(&false)));
        if wrapped {
            column = column.saturating_sub(self.head(address).len() as u32).max(1);
        }
        let translated = read(&self.translated).get(address).cloned();
        let (line, column) = match translated {
            Some(translated) => translated.places.original(line, column)?,
            None if wrapped => (line, column),
            None => return None,
        };
        Some(format!("{address}:{line}:{column}"))
    }

    /// Tells of a short script, whose text begins on the second line of what is compiled.
    pub(crate) fn add_script(&self, address: &str, inserted: Vec<(Place, usize)>) {
        write(&self.scripts).insert(address.to_owned(), inserted);
    }

    fn in_script(&self, address: &str, line: u32, column: u32) -> Option<String> {
        let line = line.saturating_sub(1).max(1);
        let scripts = read(&self.scripts);
        let before = scripts
            .get(address)?
            .iter()
            .filter(|((on, at), width)| *on == line as usize && column as usize >= at + width);
        let column = column as usize - before.map(|(_, width)| width).sum::<usize>();
        let name = address.strip_prefix(SCRIPT_PREFIX)?.split_once(':')?.1;
        Some(format!("{name}:{line}:{column}"))
    }

    /// The place where `name`, which nothing declares, is used at or after the user's own `place`.
    pub(crate) fn use_of(&self, name: &str, place: &str) -> Option<String> {
        let key = (place.to_owned(), name.to_owned());
        if let Some(known) = read(&self.uses).get(&key) {
            return known.clone();
        }
        let found = split(place).and_then(|(address, from)| {
            let bytes = self.file(address).ok()?;
            let (line, column) = places::use_of(address, std::str::from_utf8(&bytes).ok()?, name, from)?;
            Some(format!("{address}:{line}:{column}"))
        });
        write(&self.uses).insert(key, found.clone());
        found
    }

    /// k6's words for an import that finds no export, with the place of the import, in place of the engine's.
    pub(crate) fn missing_export(&self, headline: &str) -> Option<String> {
        let (name, module) =
            headline.strip_prefix("SyntaxError: Could not find export '")?.split_once("' in module '")?;
        let module = module.strip_suffix('\'')?;
        self.opened().iter().find_map(|(address, bytes)| {
            let text = std::str::from_utf8(bytes).ok().filter(|text| text.contains(name))?;
            let wanted = |specifier: &str| {
                let to = match self.style {
                    Style::K6 => self.source.resolve(address, specifier).ok(),
                    Style::Node => crate::code::imported(&self.source, address, specifier),
                };
                // The engine cuts long names in its message.
                to.is_some_and(|to| to == module || (module.len() >= CUT_BYTES && to.starts_with(module)))
            };
            let (specifier, (line, column)) = places::import_of(address, text, name, wanted)?;
            Some(format!(
                "SyntaxError: The requested module \"{specifier}\" does not provide an export named \"{name}\"\
                 \n\tat {address}:{line}:{column}(0)"
            ))
        })
    }

    /// The place where the module at `base` imports from `specifier`.
    pub(super) fn request_of(&self, base: &str, specifier: &str) -> Option<String> {
        let bytes = self.file(base).ok()?;
        let (line, column) = places::request_of(base, std::str::from_utf8(&bytes).ok()?, specifier)?;
        Some(format!("{base}:{line}:{column}"))
    }

    /// Where the text of the file that `place` is in stops being JavaScript; the engine's own columns are those of
    /// its reader, which may be lines ahead.
    pub(crate) fn fault_near(&self, place: &str) -> Option<String> {
        let (address, _) = split(place)?;
        let bytes = self.file(address).ok()?;
        let (line, column) = places::fault_of(address, std::str::from_utf8(&bytes).ok()?)?;
        Some(format!("{address}:{line}:{column}"))
    }

    /// The source line of a place, the first time that it is asked for.
    pub(crate) fn code_frame_once(&self, message: &str) -> Option<String> {
        let place = crate::error::first_place(message)?;
        // Iterations that fail by the thousand only read.
        if read(&self.framed).contains(place) || !write(&self.framed).insert(place.to_owned()) {
            return None;
        }
        self.code_frame(place)
    }

    /// The source line of a place in the user's own text, with a caret below it.
    pub(crate) fn code_frame(&self, place: &str) -> Option<String> {
        let (address, place) = split(place)?;
        let bytes = self.file(address).ok()?;
        places::code_frame(std::str::from_utf8(&bytes).ok()?, place)
    }
}

/// `ADDRESS:LINE:COLUMN` in its parts; the column is the first when there is none.
fn split(place: &str) -> Option<(&str, Place)> {
    let (rest, last) = place.rsplit_once(':')?;
    let last = last.parse().ok()?;
    match rest.rsplit_once(':').map(|(address, line)| (address, line.parse())) {
        Some((address, Ok(line))) => Some((address, (line, last))),
        _ => Some((rest, (last, 1))),
    }
}
