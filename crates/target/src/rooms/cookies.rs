//! Cookies: shown, set and deleted.

use http::header::{LOCATION, SET_COOKIE};
use http::{HeaderValue, StatusCode};
use serde_json::{Map, json};

use super::Visit;
use crate::body::{Answer, Outcome, Refusal, empty, ok};
use crate::form;

/// `/bin/cookies`, `/bin/cookies/set?name=value`, `/bin/cookies/set/NAME/VALUE`, `/bin/cookies/delete?name`.
///
/// Query names that start with an underscore are attributes for all cookies of the request, such as
/// `_Path=/bin&_Max-Age=60&_Secure`.
pub fn answer(visit: &Visit<'_, '_>) -> Outcome {
    match visit.rest {
        [] => {
            let cookies: Map<_, _> =
                visit.exchange.cookies().map(|(name, value)| (name.to_owned(), value.into())).collect();
            ok(&json!({"cookies": cookies}))
        }
        ["set"] => {
            let pairs: Vec<_> = form::pairs(visit.exchange.query()).collect();
            let attributes: String = pairs
                .iter()
                .filter_map(|(name, value)| Some((name.strip_prefix('_')?, value)))
                .map(
                    |(name, value)| {
                        if value.is_empty() { format!("; {name}") } else { format!("; {name}={value}") }
                    },
                )
                .collect();
            let attributes = if attributes.is_empty() { "; Path=/".to_owned() } else { attributes };
            let cookies = pairs.iter().filter(|(name, _)| !name.starts_with('_'));
            back(cookies.map(|(name, value)| format!("{name}={value}{attributes}")))
        }
        ["set", _, _] => {
            let (name, value) = (visit.segment(1, "a name")?, visit.segment(2, "a value")?);
            back([format!("{name}={value}; Path=/")])
        }
        ["delete"] => {
            back(form::pairs(visit.exchange.query()).map(|(name, _)| {
                format!("{name}=; Path=/; Max-Age=0; Expires=Thu, 01 Jan 1970 00:00:00 GMT")
            }))
        }
        _ => Err(Refusal::not_found("cookies are shown, set and deleted here")),
    }
}

/// Sets the cookies and sends the client to the page that shows them.
fn back(cookies: impl IntoIterator<Item = String>) -> Outcome {
    let mut answer: Answer = empty(StatusCode::FOUND);
    answer.headers_mut().insert(LOCATION, HeaderValue::from_static("/bin/cookies"));
    for cookie in cookies {
        let cookie =
            HeaderValue::from_str(&cookie).map_err(|_| Refusal::bad_request("that cannot be a cookie"))?;
        answer.headers_mut().append(SET_COOKIE, cookie);
    }
    Ok(answer)
}
