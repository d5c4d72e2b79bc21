//! The client of the commands that steer a run: one request a connection, an answer in JSON or the reason why not.

use std::io::Write;
use std::net::{TcpStream, ToSocketAddrs};
use std::time::Duration;

use model::ExitCode;
use serde_json::Value;

use super::DEFAULT_ADDRESS;
use crate::bounded::Bounded;
use crate::error::Error;
use crate::session::Session;

/// How long the API of a run may take to answer.
const PATIENCE: Duration = Duration::from_secs(30);
/// What serves a longer answer is none.
const ANSWER_BYTES_MAX: u64 = 64 << 20;

/// Asks the run that serves the API at the session's address; the document of the answer.
///
/// # Errors
/// When there is no such run, or when it refuses.
pub fn request(session: &Session, method: &str, path: &str, body: Option<&Value>) -> Result<Value, Error> {
    let given = session.flags.text("address").filter(|address| !address.is_empty());
    let address = given.unwrap_or(DEFAULT_ADDRESS);
    let address = if address.starts_with(':') { format!("localhost{address}") } else { address.to_owned() };
    let answer = exchange(&address, method, path, body).map_err(|why| {
        let message = format!("no answer from the REST API at {address}: {why}");
        let advice = format!("start the run with --address {address}, and this command with the same");
        Error::run(ExitCode::GENERIC, message).with_hint(advice)
    })?;
    let (status, body) = split(&answer);
    let document: Value = serde_json::from_str(body).unwrap_or_default();
    if (200..300).contains(&status) {
        return Ok(document);
    }
    let said = |name: &str| document["errors"][0][name].as_str().map(str::to_owned);
    let title = said("title").unwrap_or_else(|| format!("the answer has status {status}"));
    let detail = said("detail").unwrap_or_else(|| body.trim().to_owned());
    Err(Error::run(ExitCode::GENERIC, format!("{title}: {detail}")))
}

fn exchange(address: &str, method: &str, path: &str, body: Option<&Value>) -> std::io::Result<String> {
    let mut failure = std::io::Error::other("the name has no address");
    for place in address.to_socket_addrs()? {
        let mut stream = match TcpStream::connect_timeout(&place, PATIENCE) {
            Ok(stream) => stream,
            Err(error) => {
                failure = error;
                continue;
            }
        };
        stream.set_read_timeout(Some(PATIENCE))?;
        let body = body.map(Value::to_string).unwrap_or_default();
        let head = format!(
            "{method} {path} HTTP/1.1\r\nHost: {address}\r\nContent-Type: application/json\r\n\
             Content-Length: {}\r\nConnection: close\r\n\r\n{body}",
            body.len()
        );
        stream.write_all(head.as_bytes())?;
        let answer = Bounded::new(stream, ANSWER_BYTES_MAX).whole()?;
        return Ok(String::from_utf8_lossy(&answer).into_owned());
    }
    Err(failure)
}

/// Status and body of an answer that ended with its connection.
fn split(answer: &str) -> (u16, &str) {
    let (head, body) = answer.split_once("\r\n\r\n").unwrap_or((answer, ""));
    let status = head.split_whitespace().nth(1).and_then(|status| status.parse().ok());
    (status.unwrap_or_default(), body)
}

/// The attributes of a document as lines of YAML, for people.
#[must_use]
pub fn lines(attributes: &Value, indent: &str) -> String {
    let mut text = String::new();
    for (name, value) in attributes.as_object().into_iter().flatten() {
        if value.is_object() {
            text.push_str(&format!("{indent}{name}:\n{}", lines(value, &format!("{indent}  "))));
        } else {
            let shown = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
            text.push_str(&format!("{indent}{name}: {shown}\n"));
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn answers_are_taken_apart_and_shown() {
        let answer = "HTTP/1.1 404 Not Found\r\nA: b\r\n\r\n{}";
        assert_eq!((split(answer), split("")), ((404, "{}"), (0, "")));
        let attributes = serde_json::json!({ "paused": false, "sample": { "count": 3 }, "type": "counter" });
        assert_eq!(lines(&attributes, ""), "paused: false\nsample:\n  count: 3\ntype: counter\n");
    }
}
