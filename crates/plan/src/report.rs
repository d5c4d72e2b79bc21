//! What an importer made of a file, as a page for people.
//!
//! Main function: [`text`]. It prints nothing.

use crate::import::{Format, Leniency};
use crate::note::{Kind, Note};
use crate::program::Program;
use crate::step::{Block, Choice, Step};

/// What is said of each kind of note, in the order in which they are shown.
const KINDS: [(Kind, &str); 5] = [
    (Kind::Error, "wrong: nothing can be run"),
    (Kind::Unsupported, "unsupported: would have an effect that cannot be had here"),
    (
        Kind::Lenient,
        "lenient: the original tool would have failed or sent garbage; here it works as was meant",
    ),
    (Kind::Emulated, "emulated: works in another way, to the same end"),
    (Kind::Ignored, "ignored: without effect"),
];

/// How many steps of each kind there are.
#[derive(Clone, PartialEq, Eq, Default, Debug)]
struct Census(Vec<(&'static str, usize)>);

impl Census {
    fn of(steps: &Block) -> Self {
        let mut census = Self::default();
        census.block(steps);
        census
    }

    fn add(&mut self, name: &'static str, count: usize) {
        if count == 0 {
            return;
        }
        match self.0.iter_mut().find(|(known, _)| *known == name) {
            Some((_, sum)) => *sum += count,
            None => self.0.push((name, count)),
        }
    }

    fn block(&mut self, steps: &Block) {
        for step in steps.iter() {
            match step {
                Step::Request(request) => {
                    self.add("request", 1);
                    self.add("capture", request.captures.len());
                    self.add("check", request.checks.len());
                }
                Step::Think(_) => self.add("think time", 1),
                Step::Loop(round) => {
                    self.add("loop", 1);
                    self.block(&round.body);
                }
                Step::While(_, body) => {
                    self.add("loop", 1);
                    self.block(body);
                }
                Step::If(_, then, other) => {
                    self.add("branch", 1);
                    self.block(then);
                    self.block(other);
                }
                Step::Choice(Choice::Weighted(blocks)) => {
                    self.add("choice", 1);
                    blocks.iter().for_each(|(_, block)| self.block(block));
                }
                Step::Choice(Choice::Switch(_, cases, other)) => {
                    self.add("choice", 1);
                    cases.iter().for_each(|(_, block)| self.block(block));
                    self.block(other);
                }
                Step::Parallel(blocks, _) => {
                    self.add("parallel block", 1);
                    blocks.iter().for_each(|block| self.block(block));
                }
                Step::Group(_, body) => {
                    self.add("group", 1);
                    self.block(body);
                }
                Step::Capture(_) => self.add("capture", 1),
                Step::Check(_) => self.add("check", 1),
                Step::Set(pairs) => self.add("variable", pairs.len()),
                Step::Log(..) => self.add("log line", 1),
                Step::Fail(_) | Step::Go(_) => self.add("stop", 1),
                Step::Own(_) => self.add("own step", 1),
            }
        }
    }

    fn text(&self) -> String {
        let counted = self.0.iter().map(|(name, count)| {
            let plural = match *count {
                1 => "",
                _ if name.ends_with("ch") => "es",
                _ => "s",
            };
            format!("{count} {name}{plural}")
        });
        let list: Vec<String> = counted.collect();
        if list.is_empty() { "no steps".to_owned() } else { list.join(", ") }
    }
}

/// The page. Without a program the file could not be imported.
#[must_use]
pub fn text(
    name: &str,
    format: &Format,
    program: Option<&Program>,
    notes: &[Note],
    leniency: Leniency,
) -> String {
    let against = notes.iter().filter(|note| leniency.refuses(note.kind)).count();
    let verdict = match (program, against) {
        (None, _) => "cannot be run".to_owned(),
        (Some(_), 0) => "can be run".to_owned(),
        (Some(_), against) => format!("is refused because of {against} of its parts"),
    };
    let mut page = format!("{name}: a test of {}, {verdict}\n", format.title);
    if let Some(program) = program {
        page.push_str("\nunderstood\n");
        for flow in &program.flows {
            page.push_str(&format!("  {}: {}\n", flow.name, Census::of(&flow.steps).text()));
        }
    }
    for (kind, title) in KINDS {
        let mut told: Vec<String> = Vec::new();
        for note in notes.iter().filter(|note| note.kind == kind) {
            let line = format!("  {}: {}\n", note.place, note.message);
            if !told.contains(&line) {
                told.push(line);
            }
        }
        if !told.is_empty() {
            page.push_str(&format!("\n{title}\n{}", told.concat()));
        }
    }
    page
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::import::plimsoll;
    use crate::note::Place;
    use crate::{Flow, RequestStep, Think};

    #[test]
    fn the_page_tells_everything_once() {
        let request = Step::Request(RequestStep::new("GET", "http://h/").into());
        let think = Step::Think(Think::For(std::time::Duration::ZERO));
        let steps = vec![
            request.clone(),
            Step::If(crate::Expr::Constant(true.into()), [request].into(), [think].into()),
        ];
        let program = Program { flows: vec![Flow::new("buy", steps)], ..Program::default() };
        let place = |line| Place { file: "t.yml".to_owned(), line, column: 1, path: "a".to_owned() };
        let note = |kind, line| Note::new(kind, place(line), "so");
        let notes = [note(Kind::Ignored, 3), note(Kind::Lenient, 2), note(Kind::Lenient, 2)];
        let strict = Leniency { strict: true, allow_unsupported: false };
        let page = text("t.yml", &plimsoll::FORMAT, Some(&program), &notes, strict);
        let wanted = "t.yml: a test of Plimsoll, is refused because of 2 of its parts\n\nunderstood\n  \
            buy: 2 requests, 1 branch, 1 think time\n\nlenient: the original tool would have failed or sent garbage; \
            here it works as was meant\n  t.yml:2:1 (a): so\n\nignored: without effect\n  t.yml:3:1 (a): so\n";
        assert_eq!(page, wanted);
        let page = text("t.yml", &plimsoll::FORMAT, None, &[note(Kind::Error, 1)], Leniency::default());
        assert!(page.starts_with("t.yml: a test of Plimsoll, cannot be run\n\nwrong"), "{page}");
    }
}
