//! Functions of texts: case, escapes, hashes, chances, regular expressions.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use md5::Md5;
use sha1::Sha1;
use sha2::{Digest, Sha224, Sha256, Sha384, Sha512};

use super::super::entities;
use super::super::text::{Call, Fault};
use super::super::user::User;
use super::fault;
use crate::extract::regex::{self, Template};

/// Longer texts are not made of parts, in bytes.
const REPLACED_MAX: usize = 64 << 20;

pub(super) fn change_case(call: &Call, user: &mut User) -> Result<String, Fault> {
    let text = call.arg(0, user)?.into_owned();
    let mode = call.arg(1, user)?.trim().to_ascii_uppercase();
    let value = match mode.as_str() {
        "" | "UPPER" => text.to_uppercase(),
        "LOWER" => text.to_lowercase(),
        "CAPITALIZE" => {
            let mut chars = text.chars();
            chars.next().map(|first| first.to_uppercase().chain(chars).collect()).unwrap_or_default()
        }
        _ => text,
    };
    call.keep(2, value, user)
}

pub(super) fn lowercase(call: &Call, user: &mut User) -> Result<String, Fault> {
    let value = call.arg(0, user)?.to_lowercase();
    call.keep(1, value, user)
}

pub(super) fn uppercase(call: &Call, user: &mut User) -> Result<String, Fault> {
    let value = call.arg(0, user)?.to_uppercase();
    call.keep(1, value, user)
}

pub(super) fn trim(call: &Call, user: &mut User) -> Result<String, Fault> {
    let value = call.arg(0, user)?.trim().to_owned();
    call.keep(1, value, user)
}

pub(super) fn str_len(call: &Call, user: &mut User) -> Result<String, Fault> {
    let value = call.arg(0, user)?.encode_utf16().count().to_string();
    call.keep(1, value, user)
}

pub(super) fn str_replace(call: &Call, user: &mut User) -> Result<String, Fault> {
    let (text, from, to) = (call.arg(0, user)?, call.arg(1, user)?, call.arg(2, user)?);
    // One in the other, replacements multiply.
    let grows = to.len().saturating_sub(from.len()).saturating_mul(text.matches(&*from).count());
    if text.len().saturating_add(grows) > REPLACED_MAX {
        return Err(fault(format!("__strReplace would make more than {} MB", REPLACED_MAX >> 20)));
    }
    let value = text.replace(&*from, &to);
    call.keep(3, value, user)
}

pub(super) fn str_replace_regex(call: &Call, user: &mut User) -> Result<String, Fault> {
    let (text, pattern, to) = (call.arg(0, user)?, call.arg(1, user)?, call.arg(2, user)?);
    let replaced = regex::compile(&pattern).and_then(|regex| regex.replaced(&text, &to, REPLACED_MAX));
    let value = replaced.map_err(|why| fault(format!("__strReplaceRegex: {why}")))?;
    call.keep(3, value, user)
}

pub(super) fn substring(call: &Call, user: &mut User) -> Result<String, Fault> {
    let text = call.arg(0, user)?.into_owned();
    let mut index = |at| -> Result<usize, Fault> {
        let number = call.arg(at, user)?;
        number.trim().parse().map_err(|_| fault(format!("For input string: \"{number}\"")))
    };
    let (from, to) = (index(1)?, index(2)?);
    let value = text.chars().take(to).skip(from).collect();
    call.keep(3, value, user)
}

pub(super) fn char(call: &Call, user: &mut User) -> Result<String, Fault> {
    let mut out = String::new();
    for at in 0..call.len() {
        let text = call.arg(at, user)?;
        let text = text.trim();
        let number = match text.strip_prefix("0x").or_else(|| text.strip_prefix("0X")) {
            Some(digits) => u32::from_str_radix(digits, 16).ok(),
            None if text.len() > 1 && text.starts_with('0') => u32::from_str_radix(text, 8).ok(),
            None => text.parse().ok(),
        };
        match number.and_then(char::from_u32) {
            Some(character) => out.push(character),
            None => user.shared.say(model::Level::Warning, &format!("__char: {text} is no character")),
        }
    }
    Ok(out)
}

pub(super) fn uuid(_: &Call, user: &mut User) -> Result<String, Fault> {
    let mut bytes = [0u8; 16];
    bytes[..8].copy_from_slice(&user.random.next_long().to_be_bytes());
    bytes[8..].copy_from_slice(&user.random.next_long().to_be_bytes());
    bytes[6] = bytes[6] & 0x0f | 0x40;
    bytes[8] = bytes[8] & 0x3f | 0x80;
    let hex = hex(&bytes);
    Ok(format!("{}-{}-{}-{}-{}", &hex[..8], &hex[8..12], &hex[12..16], &hex[16..20], &hex[20..]))
}

pub(super) fn random_string(call: &Call, user: &mut User) -> Result<String, Fault> {
    let length: usize = call.arg(0, user)?.trim().parse().unwrap_or(0);
    let letters: Vec<char> = call.arg(1, user)?.chars().collect();
    let mut value = String::new();
    for _ in 0..length.min(10_000_000) {
        let drawn = if letters.is_empty() {
            char::from_u32(user.random.between(0x21, 0x7e) as u32).unwrap_or('x')
        } else {
            letters[user.random.below(letters.len() as i32) as usize]
        };
        value.push(drawn);
    }
    call.keep(2, value, user)
}

pub(super) fn choose_random(call: &Call, user: &mut User) -> Result<String, Fault> {
    let at = user.random.below(call.len() as i32 - 1) as usize;
    let value = call.arg(at, user)?.into_owned();
    call.keep(call.len() - 1, value, user)
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn hash(algorithm: &str, bytes: &[u8]) -> Option<String> {
    Some(match algorithm.to_ascii_uppercase().as_str() {
        "MD5" => hex(&Md5::digest(bytes)),
        "SHA" | "SHA-1" | "SHA1" => hex(&Sha1::digest(bytes)),
        "SHA-224" => hex(&Sha224::digest(bytes)),
        "SHA-256" => hex(&Sha256::digest(bytes)),
        "SHA-384" => hex(&Sha384::digest(bytes)),
        "SHA-512" => hex(&Sha512::digest(bytes)),
        _ => return None,
    })
}

pub(super) fn digest(call: &Call, user: &mut User) -> Result<String, Fault> {
    let algorithm = call.arg(0, user)?.into_owned();
    let text = format!("{}{}", call.arg(1, user)?, call.arg(2, user)?);
    let upper = call.arg(3, user)?.trim().eq_ignore_ascii_case("true");
    let Some(value) = hash(algorithm.trim(), text.as_bytes()) else { return Ok("null".to_owned()) };
    call.keep(4, if upper { value.to_uppercase() } else { value }, user)
}

pub(super) fn md5(call: &Call, user: &mut User) -> Result<String, Fault> {
    let value = hex(&Md5::digest(call.arg(0, user)?.as_bytes()));
    call.keep(1, value, user)
}

pub(super) fn base64_encode(call: &Call, user: &mut User) -> Result<String, Fault> {
    let value = STANDARD.encode(call.arg(0, user)?.as_bytes());
    call.keep(1, value, user)
}

pub(super) fn base64_decode(call: &Call, user: &mut User) -> Result<String, Fault> {
    let bytes = STANDARD.decode(call.arg(0, user)?.trim()).unwrap_or_default();
    call.keep(1, String::from_utf8_lossy(&bytes).into_owned(), user)
}

/// A text as `java.net.URLEncoder` writes it.
#[must_use]
pub fn java_encode(text: &str) -> String {
    encode_bytes(text.as_bytes())
}

/// Bytes as `java.net.URLEncoder` writes them.
#[must_use]
pub(in super::super) fn encode_bytes(bytes: &[u8]) -> String {
    let mut out = String::with_capacity(bytes.len());
    for byte in bytes {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'.' | b'-' | b'*' | b'_' => {
                out.push(char::from(*byte));
            }
            b' ' => out.push('+'),
            byte => out.push_str(&format!("%{byte:02X}")),
        }
    }
    out
}

/// A text as `java.net.URLDecoder` reads it.
///
/// # Errors
/// For a percent sign without two hexadecimal digits, in Java's words.
pub fn java_decode(text: &str) -> Result<String, String> {
    let bytes = text.as_bytes();
    let (mut out, mut at) = (Vec::with_capacity(bytes.len()), 0);
    while at < bytes.len() {
        match bytes[at] {
            b'+' => out.push(b' '),
            b'%' => {
                let digits =
                    text.get(at + 1..at + 3).ok_or("URLDecoder: Incomplete trailing escape (%) pattern")?;
                let byte = u8::from_str_radix(digits, 16).map_err(|_| {
                    let wrong = digits.chars().find(|c| !c.is_ascii_hexdigit()).unwrap_or(' ');
                    format!(
                        "URLDecoder: Illegal hex characters in escape (%) pattern - not a hexadecimal digit: \"{wrong}\" = {}",
                        u32::from(wrong)
                    )
                })?;
                out.push(byte);
                at += 2;
            }
            byte => out.push(byte),
        }
        at += 1;
    }
    Ok(String::from_utf8_lossy(&out).into_owned())
}

pub(super) fn urlencode(call: &Call, user: &mut User) -> Result<String, Fault> {
    Ok(java_encode(&call.arg(0, user)?))
}

pub(super) fn urldecode(call: &Call, user: &mut User) -> Result<String, Fault> {
    java_decode(&call.arg(0, user)?).map_err(fault)
}

pub(super) fn escape_html(call: &Call, user: &mut User) -> Result<String, Fault> {
    Ok(entities::escape_html(&call.arg(0, user)?))
}

pub(super) fn unescape_html(call: &Call, user: &mut User) -> Result<String, Fault> {
    Ok(entities::unescape_html(&call.arg(0, user)?))
}

pub(super) fn escape_xml(call: &Call, user: &mut User) -> Result<String, Fault> {
    Ok(entities::escape_xml(&call.arg(0, user)?))
}

pub(super) fn unescape(call: &Call, user: &mut User) -> Result<String, Fault> {
    let text = call.arg(0, user)?.into_owned();
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
            Some('b') => out.push('\u{8}'),
            Some('f') => out.push('\u{c}'),
            Some('u') => {
                let digits: String = chars.by_ref().take(4).collect();
                out.extend(u32::from_str_radix(&digits, 16).ok().and_then(char::from_u32));
            }
            Some(other) => out.push(other),
            None => out.push('\\'),
        }
    }
    Ok(out)
}

pub(super) fn escape_oro(call: &Call, user: &mut User) -> Result<String, Fault> {
    let mut value = String::new();
    for current in call.arg(0, user)?.chars() {
        if !(current.is_alphanumeric() || current == '_') {
            value.push('\\');
        }
        value.push(current);
    }
    call.keep(1, value, user)
}

pub(super) fn regex_function(call: &Call, user: &mut User) -> Result<String, Fault> {
    let pattern = call.arg(0, user)?.into_owned();
    let template = Template::parse(&call.arg(1, user)?);
    let which = call.arg(2, user)?.trim().to_owned();
    let between = call.arg(3, user)?.into_owned();
    let default = call.arg(4, user)?.into_owned();
    let name = call.arg(5, user)?.trim().to_owned();
    let source = call.arg(6, user)?.trim().to_owned();
    let text = if source.is_empty() {
        user.previous.as_ref().map(|sample| sample.borrow().text())
    } else {
        user.vars.text(&source).map(std::borrow::Cow::into_owned)
    };
    let matches = match (text, regex::compile(&pattern)) {
        (Some(text), Ok(regex)) => regex.all(&text).unwrap_or_default(),
        (_, Err(error)) => {
            user.shared.say(model::Level::Error, &format!("__regexFunction: {error}"));
            Vec::new()
        }
        (None, _) => Vec::new(),
    };
    if !name.is_empty() {
        user.vars.put(&format!("{name}_matchNr"), &matches.len().to_string());
    }
    let chosen: Vec<_> = match which.as_str() {
        _ if matches.is_empty() => Vec::new(),
        "ALL" => matches.iter().collect(),
        "" | "RAND" => vec![&matches[user.random.below(matches.len() as i32) as usize]],
        number => match number.parse::<f64>() {
            Ok(share) if number.contains('.') => {
                let at = (matches.len() as f64 * share + 0.5) as usize;
                matches.get(at.saturating_sub(1)).into_iter().collect()
            }
            Ok(number) => matches.get((number as usize).saturating_sub(1)).into_iter().collect(),
            Err(_) => Vec::new(),
        },
    };
    let Some(first) = chosen.first() else {
        if !name.is_empty() {
            user.vars.put(&name, &default);
        }
        return Ok(default);
    };
    let texts: Vec<String> = chosen.iter().map(|found| template.fill(found).unwrap_or_default()).collect();
    let value = texts.join(&between);
    if !name.is_empty() {
        for (at, group) in first.iter().enumerate() {
            user.vars.put(&format!("{name}_g{at}"), group.as_deref().unwrap_or_default());
        }
        user.vars.put(&name, &value);
    }
    Ok(value)
}
