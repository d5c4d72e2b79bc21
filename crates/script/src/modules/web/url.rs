//! `URL` and `URLSearchParams`: the rules are those of the `url` crate, which follows the WHATWG standard; the
//! objects are in `url.js`.

use rquickjs::{Array, Result, Value};
use url::{Url, form_urlencoded, quirks};

use super::chunk::Chunk;
use crate::error;
use crate::ffi::{Call, Member, Table};

pub(super) static CHUNK: Chunk = Chunk::new("plimsoll:url", include_str!("url.js"), &NATIVE);

static NATIVE: Table = Table::new(&[
    Member::Method(c"parse", 2, parse),
    Member::Method(c"part", 2, part),
    Member::Method(c"with", 3, with),
    Member::Method(c"fields", 1, fields),
    Member::Method(c"query", 1, query),
]);

/// The address of a `URL`, when the user has made any and this is one.
pub(super) fn address_of(value: &Value<'_>) -> Option<String> {
    CHUNK.made_it("URL", value).then(|| error::text_of(value.ctx(), value))
}

fn text(call: &Call<'_>, index: usize) -> Result<String> {
    error::try_text_of(&call.ctx, &call.value(index))
}

fn string<'js>(call: &Call<'js>, text: &str) -> Result<Value<'js>> {
    Ok(rquickjs::String::from_str(call.ctx.clone(), text)?.into_value())
}

/// `parse(text, base)`: the serialised address, or `undefined`.
pub(super) fn parse<'js>(call: &Call<'js>) -> Result<Value<'js>> {
    let base = if call.value(1).is_undefined() { None } else { Some(Url::parse(&text(call, 1)?)) };
    let parsed = match base {
        None => Url::parse(&text(call, 0)?),
        Some(Ok(base)) => base.join(&text(call, 0)?),
        Some(Err(failure)) => Err(failure),
    };
    parsed.map_or_else(|_| Ok(call.undefined()), |url| string(call, url.as_str()))
}

/// An address that `parse` or `with` gave.
fn own(call: &Call<'_>) -> Url {
    Url::parse(&error::text_of(&call.ctx, &call.value(0))).expect("a serialised address can be read again")
}

/// `part(href, name)`
fn part<'js>(call: &Call<'js>) -> Result<Value<'js>> {
    let url = own(call);
    let origin;
    let found = match text(call, 1)?.as_str() {
        "protocol" => quirks::protocol(&url),
        "username" => quirks::username(&url),
        "password" => quirks::password(&url),
        "host" => quirks::host(&url),
        "hostname" => quirks::hostname(&url),
        "port" => quirks::port(&url),
        "pathname" => quirks::pathname(&url),
        "search" => quirks::search(&url),
        "hash" => quirks::hash(&url),
        _ => {
            origin = quirks::origin(&url);
            &origin
        }
    };
    string(call, found)
}

/// `with(href, name, value)`: the address with that part changed, or as it was where the value does not fit.
fn with<'js>(call: &Call<'js>) -> Result<Value<'js>> {
    let mut url = own(call);
    let value = text(call, 2)?;
    let value = value.as_str();
    // What does not fit is ignored, as the standard has it.
    let _ = match text(call, 1)?.as_str() {
        "protocol" => quirks::set_protocol(&mut url, value),
        "username" => quirks::set_username(&mut url, value),
        "password" => quirks::set_password(&mut url, value),
        "host" => quirks::set_host(&mut url, value),
        "hostname" => quirks::set_hostname(&mut url, value),
        "port" => quirks::set_port(&mut url, value),
        "pathname" => {
            quirks::set_pathname(&mut url, value);
            Ok(())
        }
        "search" => {
            quirks::set_search(&mut url, value);
            Ok(())
        }
        _ => {
            quirks::set_hash(&mut url, value);
            Ok(())
        }
    };
    string(call, url.as_str())
}

/// `fields(query)`: names and values in turn.
fn fields<'js>(call: &Call<'js>) -> Result<Value<'js>> {
    let list = Array::new(call.ctx.clone())?;
    for (name, value) in form_urlencoded::parse(text(call, 0)?.as_bytes()) {
        list.set(list.len(), name.as_ref())?;
        list.set(list.len(), value.as_ref())?;
    }
    Ok(list.into_value())
}

/// `query([[name, value], …])`
fn query<'js>(call: &Call<'js>) -> Result<Value<'js>> {
    let mut query = form_urlencoded::Serializer::new(String::new());
    for pair in call.get::<Array<'js>>(0)?.iter::<Array<'js>>() {
        let pair = pair?;
        let side = |at| pair.get::<Value<'js>>(at).and_then(|value| error::try_text_of(&call.ctx, &value));
        query.append_pair(&side(0)?, &side(1)?);
    }
    string(call, &query.finish())
}
