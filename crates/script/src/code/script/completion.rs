//! The value of a script's last statement, made explicit.
//!
//! Main function: [`returning`]. Scripts are compiled as the body of a function, whose value is what it returns; so
//! `return` is put before the expressions that a script may end with.

use oxc_allocator::Allocator;
use oxc_ast::ast::Statement;
use oxc_parser::{ParseOptions, Parser};
use oxc_span::{GetSpan as _, SourceType};

use crate::places::{Place, place_of};

/// What is put in, and how many columns that takes.
const RETURN: &str = "return ";

/// The text with `return` where it may end with a value, and the places where that was put in. A text that cannot be
/// parsed stays as it is; the engine says what is wrong with it.
pub(super) fn returning(text: &str) -> (String, Vec<(Place, usize)>) {
    let allocator = Allocator::default();
    let options = ParseOptions { allow_return_outside_function: true, ..ParseOptions::default() };
    let parsed = Parser::new(&allocator, text, SourceType::script()).with_options(options).parse();
    let mut ends = Vec::new();
    if !parsed.panicked && parsed.diagnostics.is_empty() {
        last_of(&parsed.program.body, &mut ends);
    }
    ends.sort_unstable();
    let mut made = text.to_owned();
    for end in ends.iter().rev() {
        made.insert_str(*end, RETURN);
    }
    (made, ends.into_iter().map(|end| (place_of(text, end), RETURN.len())).collect())
}

/// Collects where the expressions begin that a list of statements may end with.
fn last_of(statements: &[Statement<'_>], ends: &mut Vec<usize>) {
    // A declaration has no value, and does not take away the one before it.
    let valued = |statement: &&Statement<'_>| !matches!(statement, Statement::EmptyStatement(_));
    if let Some(last) = statements.iter().rfind(valued) {
        end_of(last, ends);
    }
}

fn end_of(statement: &Statement<'_>, ends: &mut Vec<usize>) {
    match statement {
        Statement::ExpressionStatement(expression) => ends.push(expression.span().start as usize),
        Statement::BlockStatement(block) => last_of(&block.body, ends),
        Statement::IfStatement(choice) => {
            end_of(&choice.consequent, ends);
            if let Some(otherwise) = &choice.alternate {
                end_of(otherwise, ends);
            }
        }
        Statement::TryStatement(attempt) => {
            last_of(&attempt.block.body, ends);
            if let Some(handler) = &attempt.handler {
                last_of(&handler.body.body, ends);
            }
        }
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::returning;

    #[test]
    fn the_last_value_is_returned() {
        let check = |text: &str, wanted: &str| assert_eq!(returning(text).0, wanted, "{text}");
        check("1 + 1", "return 1 + 1");
        check("var a = 1;\na;", "var a = 1;\nreturn a;");
        check("if (a) { b } else c;", "if (a) { return b } else return c;");
        check("try { a() } catch (e) { e }", "try { return a() } catch (e) { return e }");
        check("a; return b;", "a; return b;");
        check("var a = 1;", "var a = 1;");
        check("for (;;) { a }", "for (;;) { a }");
        check("a;;", "return a;;");
        check("a(", "a(");
        check("", "");
    }

    #[test]
    fn places_of_what_was_put_in_are_told() {
        assert_eq!(returning("var a;\n  a.b").1, [((2, 3), 7)]);
    }
}
