//! Redirects: a number of them in a row, or one to anywhere.

use http::header::LOCATION;
use http::{HeaderValue, StatusCode};

use super::Visit;
use crate::body::{Outcome, Refusal, empty};

fn redirect(status: StatusCode, to: &str) -> Outcome {
    let mut answer = empty(status);
    let to = HeaderValue::from_str(to).map_err(|_| Refusal::bad_request("that cannot be a location"))?;
    answer.headers_mut().insert(LOCATION, to);
    Ok(answer)
}

/// Where the chain goes on when `left` redirects are left.
fn next(room: &str, left: u32) -> String {
    if left <= 1 { "/bin/get".to_owned() } else { format!("/bin/{room}/{}", left - 1) }
}

/// `/bin/redirect/N`: N redirects with relative locations, then `/bin/get`.
pub fn relative(visit: &Visit<'_, '_>) -> Outcome {
    redirect(StatusCode::FOUND, &next("redirect", visit.number(0, "a number of redirects")?))
}

/// `/bin/absolute-redirect/N`: the same with whole URLs.
pub fn absolute(visit: &Visit<'_, '_>) -> Outcome {
    let path = next("absolute-redirect", visit.number(0, "a number of redirects")?);
    redirect(StatusCode::FOUND, &format!("{}://{}{path}", visit.exchange.scheme(), visit.exchange.host()))
}

/// `/bin/redirect-to?url=…[&status_code=307]`
pub fn to(visit: &Visit<'_, '_>) -> Outcome {
    let url = visit.exchange.arg("url").ok_or_else(|| Refusal::bad_request("`url` is needed"))?;
    let status = StatusCode::from_u16(visit.exchange.arg_or("status_code", 302)).unwrap_or(StatusCode::FOUND);
    redirect(if status.is_redirection() { status } else { StatusCode::FOUND }, &url)
}
