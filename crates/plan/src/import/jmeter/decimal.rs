//! Numbers by the patterns of `java.text.DecimalFormat`: prefix, digits with grouping, suffix.

/// A whole number by a pattern such as `user_000` or `#,##0`.
#[must_use]
pub fn format(pattern: &str, number: i64) -> String {
    let (prefix, digits, suffix) = parts(pattern);
    if digits.is_empty() {
        // A pattern without any digit still says the number.
        return format!("{prefix}{}{number}{suffix}", "");
    }
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
    let least = whole.bytes().filter(|byte| *byte == b'0').count();
    let group = whole.rfind(',').map(|at| whole.len() - at - 1).filter(|size| *size > 0);
    let mut text = format!("{:0least$}", number.unsigned_abs());
    if number == 0 && least == 0 {
        text = if fraction.contains('0') { String::new() } else { "0".to_owned() };
    }
    if let Some(size) = group {
        let mut grouped = String::new();
        for (at, digit) in text.chars().enumerate() {
            if at > 0 && (text.len() - at) % size == 0 {
                grouped.push(',');
            }
            grouped.push(digit);
        }
        text = grouped;
    }
    let zeros = fraction.bytes().filter(|byte| *byte == b'0').count();
    if zeros > 0 {
        text.push('.');
        text.push_str(&"0".repeat(zeros));
    }
    let sign = if number < 0 { "-" } else { "" };
    format!("{sign}{prefix}{text}{suffix}")
}

/// Prefix, digits and suffix; quotes take letters to the letter.
fn parts(pattern: &str) -> (String, &str, String) {
    let pattern = pattern.split(';').next().unwrap_or_default();
    let (mut prefix, mut suffix) = (String::new(), String::new());
    let (mut from, mut to, mut quoted) = (None, pattern.len(), false);
    let mut chars = pattern.char_indices().peekable();
    while let Some((at, current)) = chars.next() {
        let out = if from.is_some() && at >= to { &mut suffix } else { &mut prefix };
        match current {
            '\'' if chars.peek().is_some_and(|(_, next)| *next == '\'') => {
                chars.next();
                out.push('\'');
            }
            '\'' => quoted = !quoted,
            '0' | '#' | ',' | '.' if !quoted && from.is_none() && to == pattern.len() => {
                from = Some(at);
                let length = pattern[at..].find(|c: char| !matches!(c, '0' | '#' | ',' | '.'));
                to = length.map_or(pattern.len(), |length| at + length);
                while chars.peek().is_some_and(|(next, _)| *next < to) {
                    chars.next();
                }
            }
            _ => out.push(current),
        }
    }
    let digits = from.map_or("", |from| &pattern[from..to]);
    (prefix, digits, suffix)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns_are_javas() {
        let check =
            |pattern: &str, number, wanted: &str| assert_eq!(format(pattern, number), wanted, "{pattern}");
        check("000", 8, "008");
        check("user_000", 1, "user_001");
        check("#,##0", 1500, "1,500");
        check("ID-000", 5, "ID-005");
        check("/d/'part'0'.txt'", 1, "/d/part1.txt");
        check("0.00", -3, "-3.00");
        check("#", 0, "0");
        check("000kg", 1234, "1234kg");
        check("", 7, "7");
        check("it''s 0", 1, "it's 1");
    }
}
