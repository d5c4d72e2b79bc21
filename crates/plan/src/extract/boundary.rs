//! What stands between two texts.

/// All parts of `text` between `left` and `right`, in order. A blank boundary is the beginning or the end of the text.
#[must_use]
pub fn between<'t>(text: &'t str, left: &str, right: &str) -> Vec<&'t str> {
    let (mut found, mut at) = (Vec::new(), 0);
    while at <= text.len() {
        let Some(from) = text[at..].find(left).map(|from| at + from + left.len()) else { break };
        if right.is_empty() {
            found.push(&text[from..]);
            break;
        }
        let Some(length) = text[from..].find(right) else { break };
        found.push(&text[from..from + length]);
        if left.is_empty() {
            break;
        }
        at = from + length + right.len();
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_come_in_order() {
        let check = |left: &str, right: &str, wanted: &[&str]| {
            assert_eq!(between("a=1; a=2; b=[3]", left, right), wanted, "{left} {right}");
        };
        check("a=", ";", &["1", "2"]);
        check("[", "]", &["3"]);
        check("", ";", &["a=1"]);
        check("b=", "", &["[3]"]);
        check("", "", &["a=1; a=2; b=[3]"]);
        check("z", ";", &[]);
        check("b", ";", &[]);
    }
}
