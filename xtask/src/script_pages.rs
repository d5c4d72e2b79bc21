//! The sources of `docs/script/`: Markdown in which blocks list the members of modules and of the objects they give.
//!
//! [`Source`] is one of them. A block that opens with `members TITLE` or `members TITLE = EXPRESSION` becomes a table;
//! so does one that opens with `fields TITLE`, for what a script hands over. An entry is one line with signatures
//! between commas, and indented lines with what they mean. A block `setup` is not shown: it holds the code in front of
//! the expressions, and behind the word the flags of the run. What the tests make of all that is in
//! `crates/cli/tests/members.rs`, which shares this file.

/// A source page.
pub struct Source {
    /// Its parts, in order.
    pub parts: Vec<Part>,
}

/// A piece of a source page.
pub enum Part {
    /// Markdown that stays as it is.
    Text(String),
    /// A list that becomes a table.
    List(List),
    /// Code for the test, and the flags of its run.
    Setup(Setup),
}

/// What the expressions of a page need.
#[derive(Default)]
pub struct Setup {
    /// Flags of the run.
    pub flags: Vec<String>,
    /// Code of the init context.
    pub code: String,
}

/// A list of members or fields.
pub struct List {
    /// Whether the program has these members, so that a test can compare; otherwise scripts hand them over.
    pub members: bool,
    /// The name of a module, or of an object.
    pub title: String,
    /// JavaScript that gives the object; a module is imported.
    pub expression: Option<String>,
    /// What is in it.
    pub entries: Vec<Entry>,
}

/// Members that share one description.
pub struct Entry {
    /// As scripts write them.
    pub signatures: Vec<String>,
    /// What they mean.
    pub meaning: String,
}

impl Source {
    /// Reads a source page.
    ///
    /// # Errors
    /// A sentence about the line that is not understood.
    pub fn parse(text: &str) -> Result<Self, String> {
        let mut parts = Vec::new();
        let mut lines = text.lines();
        let mut plain = String::new();
        while let Some(line) = lines.next() {
            let Some(head) = line.strip_prefix("```").filter(|head| is_ours(head)) else {
                plain.push_str(line);
                plain.push('\n');
                if line.starts_with("```") {
                    copy_block(&mut lines, &mut plain);
                }
                continue;
            };
            parts.push(Part::Text(std::mem::take(&mut plain)));
            let body: Vec<&str> = lines.by_ref().take_while(|line| *line != "```").collect();
            parts.push(block(head, &body)?);
        }
        parts.push(Part::Text(plain));
        Ok(Self { parts })
    }

    /// The lists of the page.
    pub fn lists(&self) -> impl Iterator<Item = &List> {
        self.parts.iter().filter_map(|part| if let Part::List(list) = part { Some(list) } else { None })
    }

    /// What stands behind the first `# `.
    pub fn title(&self) -> &str {
        let texts =
            self.parts.iter().filter_map(|part| if let Part::Text(text) = part { Some(text) } else { None });
        texts.flat_map(|text| text.lines()).find_map(|line| line.strip_prefix("# ")).unwrap_or_default()
    }

    /// The page that users read.
    pub fn page(&self) -> String {
        let mut page = String::new();
        for part in &self.parts {
            match part {
                Part::Text(text) => page.push_str(text),
                Part::List(list) => page.push_str(&list.table()),
                // The empty line behind it goes, too.
                Part::Setup(_) => page.truncate(page.trim_end().len() + 1),
            }
        }
        page
    }
}

/// Whether a block is not one of Markdown's.
fn is_ours(head: &str) -> bool {
    let word = head.split(' ').next().unwrap_or_default();
    matches!(word, "members" | "fields" | "setup")
}

/// Takes over the rest of an ordinary block, whose lines mean nothing here.
fn copy_block<'a>(lines: &mut impl Iterator<Item = &'a str>, plain: &mut String) {
    for line in lines {
        plain.push_str(line);
        plain.push('\n');
        if line == "```" {
            return;
        }
    }
}

fn block(head: &str, body: &[&str]) -> Result<Part, String> {
    let (word, rest) = head.split_once(' ').unwrap_or((head, ""));
    if word == "setup" {
        let flags = rest.split_whitespace().map(str::to_owned).collect();
        return Ok(Part::Setup(Setup { flags, code: body.join("\n") }));
    }
    let (title, expression) = match rest.split_once(" = ") {
        Some((title, expression)) => (title, Some(expression.to_owned())),
        None => (rest, None),
    };
    let mut entries: Vec<Entry> = Vec::new();
    for line in body.iter().filter(|line| !line.trim().is_empty()) {
        let Some(meaning) = line.strip_prefix("  ") else {
            entries.push(Entry { signatures: signatures(line), meaning: String::new() });
            continue;
        };
        let entry =
            entries.last_mut().ok_or_else(|| format!("{head}: a meaning without a member: {line}"))?;
        if !entry.meaning.is_empty() {
            entry.meaning.push(' ');
        }
        entry.meaning.push_str(meaning.trim());
    }
    if let Some(bare) = entries.iter().find(|entry| entry.meaning.is_empty()) {
        return Err(format!("{head}: nothing is said of {}", bare.signatures.join(", ")));
    }
    Ok(Part::List(List { members: word == "members", title: title.to_owned(), expression, entries }))
}

/// The signatures of a line: commas inside brackets are parts of one.
fn signatures(line: &str) -> Vec<String> {
    let mut found = vec![String::new()];
    let mut depth = 0;
    for letter in line.chars() {
        match letter {
            '(' | '[' | '{' => depth += 1,
            ')' | ']' | '}' => depth -= 1,
            ',' if depth == 0 => {
                found.push(String::new());
                continue;
            }
            _ => {}
        }
        found.last_mut().expect("there is always one").push(letter);
    }
    found.iter().map(|signature| signature.trim().to_owned()).collect()
}

/// The name of the member that a signature is of.
pub fn name(signature: &str) -> &str {
    let signature = signature.strip_prefix("new ").unwrap_or(signature);
    let end = match signature.strip_prefix('[') {
        Some(symbol) => symbol.find(']').map(|at| at + 2),
        None => signature.find(['(', ' ', ':', '`']),
    };
    &signature[..end.unwrap_or(signature.len())]
}

impl List {
    /// The names of all members.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.entries.iter().flat_map(|entry| entry.signatures.iter().map(|signature| name(signature)))
    }

    fn table(&self) -> String {
        let mut table = format!("| {} | |\n|---|---|\n", if self.members { "member" } else { "field" });
        for entry in &self.entries {
            let shown: Vec<String> =
                entry.signatures.iter().map(|signature| format!("`{}`", cell(signature))).collect();
            table.push_str(&format!("| {} | {} |\n", shown.join(", "), cell(&entry.meaning)));
        }
        table
    }
}

fn cell(text: &str) -> String {
    text.replace('|', "\\|")
}

#[cfg(test)]
mod tests {
    use super::*;

    const PAGE: &str = "# k6\n\nText.\n\n```setup --vus=2\nimport k6 from 'k6';\n```\n\n```members k6\nsleep(seconds)\n  Waits.\n  \
                        Long.\na, b(x, [y])\n  Two|.\n```\n\n```js\n```\n";

    #[test]
    fn lists_become_tables_and_the_rest_stays() {
        let page = Source::parse(PAGE).unwrap().page();
        let table =
            "| member | |\n|---|---|\n| `sleep(seconds)` | Waits. Long. |\n| `a`, `b(x, [y])` | Two\\|. |\n";
        assert_eq!(page, format!("# k6\n\nText.\n\n{table}\n```js\n```\n"));
    }

    #[test]
    fn members_have_the_names_that_scripts_write() {
        let check = |signature, expected| assert_eq!(name(signature), expected);
        check("new Trend(name)", "Trend");
        check("get(url) → Response", "get");
        check("status", "status");
        check("value: number", "value");
        check("[Symbol.iterator]()", "[Symbol.iterator]");
    }

    #[test]
    fn a_member_of_which_nothing_is_said_is_refused() {
        assert!(Source::parse("```members k6\nsleep(seconds)\n```\n").is_err());
    }
}
