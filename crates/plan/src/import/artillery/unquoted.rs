//! Templates without quotes, such as `stock: {{ $randomNumber(1, 9) }}`. In YAML these are mappings with mappings as
//! keys, of which Artillery sends garbage; many scripts have them.
//!
//! Main function: [`quoted`].

/// The text with quotes around such templates, and the lines where they stand, from 1. Nothing when there is none.
#[must_use]
pub fn quoted(text: &str) -> Option<(String, Vec<u32>)> {
    let (mut made, mut lines) = (String::with_capacity(text.len() + 64), Vec::new());
    for (nth, line) in text.split_inclusive('\n').enumerate() {
        let before = made.len();
        push_line(&mut made, line);
        if made.len() - before != line.len() {
            lines.push(u32::try_from(nth + 1).unwrap_or(u32::MAX));
        }
    }
    (!lines.is_empty()).then_some((made, lines))
}

fn push_line(made: &mut String, line: &str) {
    let mut rest = line;
    let (mut quote, mut last) = (None, '\n');
    while let Some(c) = rest.chars().next() {
        let is_value = last == ':' || (last == '-' && line[..line.len() - rest.len()].trim() == "-");
        if quote.is_none()
            && is_value
            && rest.starts_with("{{")
            && let Some(end) = rest.find("}}")
        {
            let template = &rest[..end + 2];
            made.push('\'');
            made.push_str(&template.replace('\'', "''"));
            made.push('\'');
            rest = &rest[end + 2..];
            last = '}';
            continue;
        }
        match (quote, c) {
            (Some(mark), c) if c == mark => quote = None,
            (None, '"' | '\'') if !last.is_alphanumeric() => quote = Some(c),
            (None, '#') if last.is_whitespace() || made.ends_with(' ') => {
                made.push_str(rest);
                return;
            }
            _ => {}
        }
        if !c.is_whitespace() {
            last = c;
        }
        made.push(c);
        rest = &rest[c.len_utf8()..];
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn templates_get_their_quotes() {
        let check = |text: &str, wanted: Option<&str>| {
            assert_eq!(quoted(text).map(|(text, _)| text).as_deref(), wanted, "{text}");
        };
        check("a: {{ x }}\n", Some("a: '{{ x }}'\n"));
        check("- {{ x }}", Some("- '{{ x }}'"));
        check("j: {a: {{ $f(1, 2) }}, \"b\": {{ y }}}", Some("j: {a: '{{ $f(1, 2) }}', \"b\": '{{ y }}'}"));
        check("a: {{ p(['q']) }} # {{ no }}", Some("a: '{{ p([''q'']) }}' # {{ no }}"));
        for text in ["a: '{{ x }}'", "a: \"x: {{ x }}\"", "a: text {{ x }}", "# a: {{ x }}", "a: {b: 1}"] {
            check(text, None);
        }
        assert_eq!(quoted("a: 1\nb: {{ x }}\n").map(|(_, lines)| lines), Some(vec![2]));
    }
}
