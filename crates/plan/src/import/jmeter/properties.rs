//! JMeter's properties: those it knows by default and matter here, and property files.

use std::collections::BTreeMap;

/// A property that has an effect here.
#[derive(Debug)]
pub struct Row {
    /// Its name; `*` stands for several.
    pub name: &'static str,
    /// What it is when not set.
    pub default: &'static str,
    /// What it does.
    pub does: &'static str,
}

/// Properties that have an effect.
pub const PROPERTIES: &[Row] = &[
    Row {
        name: "jmeter.save.saveservice.*",
        default: "as in JMeter",
        does: "columns and form of result files",
    },
    Row { name: "sample_variables", default: "", does: "variables that result files show" },
    Row { name: "summariser.interval", default: "30", does: "seconds between summary lines" },
    Row { name: "summariser.out", default: "true", does: "whether summary lines are shown" },
    Row {
        name: "user.timezone",
        default: "the machine's",
        does: "the time zone of dates, as `-D` gives it to Java",
    },
    Row {
        name: "CookieManager.save.cookies",
        default: "false",
        does: "cookies become variables named COOKIE_name",
    },
    Row {
        name: "includecontroller.prefix",
        default: "",
        does: "stands before the path of each included file",
    },
    Row {
        name: "time.YMD, time.HMS, time.YMDHMS, time.USER1, time.USER2",
        default: "as in JMeter",
        does: "patterns of `__time`",
    },
];

/// What is set from the start.
#[must_use]
pub fn defaults() -> BTreeMap<String, String> {
    let pairs = [("summariser.interval", "30"), ("summariser.out", "true"), ("jmeter.version", "5.5")];
    pairs.into_iter().map(|(name, value)| (name.to_owned(), value.to_owned())).collect()
}

/// Reads a file of properties.
#[must_use]
pub fn parse(text: &str) -> Vec<(String, String)> {
    let mut list = Vec::new();
    let mut lines = text.lines();
    while let Some(line) = lines.next() {
        let mut line = line.trim_start().to_owned();
        while line.ends_with('\\') && !line.ends_with("\\\\") {
            line.pop();
            line.push_str(lines.next().unwrap_or_default().trim_start());
        }
        if line.is_empty() || line.starts_with(['#', '!']) {
            continue;
        }
        let at = line.find(['=', ':', ' ', '\t']).unwrap_or(line.len());
        let (name, rest) = line.split_at(at);
        let value = rest.trim_start().strip_prefix(['=', ':']).unwrap_or(rest.trim_start()).trim_start();
        list.push((unescape(name), unescape(value)));
    }
    list
}

fn unescape(text: &str) -> String {
    let (mut out, mut chars) = (String::new(), text.chars());
    while let Some(current) = chars.next() {
        if current != '\\' {
            out.push(current);
            continue;
        }
        match chars.next() {
            Some('n') => out.push('\n'),
            Some('t') => out.push('\t'),
            Some('r') => out.push('\r'),
            Some('u') => {
                let digits: String = chars.by_ref().take(4).collect();
                out.extend(u32::from_str_radix(&digits, 16).ok().and_then(char::from_u32));
            }
            Some(other) => out.push(other),
            None => {}
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_are_read_as_java_does() {
        let list = parse("# c\na=1\nb : two words \nc\\\\d=x\\u0041\nlong=a\\\n  b\nempty\n");
        let wanted = [("a", "1"), ("b", "two words "), ("c\\d", "xA"), ("long", "ab"), ("empty", "")];
        let list: Vec<(&str, &str)> =
            list.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        assert_eq!(list, wanted);
    }
}
