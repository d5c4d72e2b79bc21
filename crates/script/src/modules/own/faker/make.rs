//! Fake data out of random numbers: what is not just a word of a list.

use std::fmt::Write as _;

use super::super::Random;
use super::words;

const LETTERS: &[u8] = b"abcdefghijklmnopqrstuvwxyz";
const PASSWORD: &[u8] = b"ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz23456789!#$%&*+-=?@_";
const HEX: &[u8] = b"0123456789abcdef";

/// `count` letters of an alphabet of ASCII.
pub(super) fn letters(random: &mut Random, alphabet: &[u8], count: usize) -> String {
    (0..count).map(|_| char::from(*random.pick(alphabet))).collect()
}

/// A pattern with its `#` made digits and its `?` upper-case letters.
pub(super) fn pattern(random: &mut Random, pattern: &str) -> String {
    pattern
        .chars()
        .map(|letter| match letter {
            '#' => char::from(b'0' + random.below(10) as u8),
            '?' => char::from(*random.pick(LETTERS)).to_ascii_uppercase(),
            other => other,
        })
        .collect()
}

pub(super) fn hex(random: &mut Random, count: usize) -> String {
    letters(random, HEX, count)
}

pub(super) fn name(random: &mut Random) -> String {
    format!("{} {}", random.pick(words::FIRST_NAMES), random.pick(words::LAST_NAMES))
}

pub(super) fn username(random: &mut Random) -> String {
    let (first, last) = (random.pick(words::FIRST_NAMES), random.pick(words::LAST_NAMES));
    // A thousand million endings: two users of one name are unlikely.
    format!("{}.{}{}", first, last, random.below(1_000_000_000)).to_lowercase()
}

pub(super) fn email(random: &mut Random) -> String {
    format!("{}@{}", username(random), random.pick(words::DOMAINS))
}

/// A password with at least one letter of each case, a digit and a sign when it is long enough for them.
pub(super) fn password(random: &mut Random, length: usize) -> String {
    let kinds: [&[u8]; 4] =
        [b"ABCDEFGHJKLMNPQRSTUVWXYZ", b"abcdefghijkmnopqrstuvwxyz", b"23456789", b"!#$%&*+-=?@_"];
    let mut password: Vec<u8> = kinds.iter().take(length).map(|kind| *random.pick(kind)).collect();
    password.extend((password.len()..length).map(|_| *random.pick(PASSWORD)));
    random.shuffle(&mut password);
    String::from_utf8(password).expect("the alphabets are ASCII")
}

/// A telephone number of those that are kept for fiction.
pub(super) fn phone(random: &mut Random) -> String {
    format!("+1-{}-555-01{:02}", 201 + random.below(799), random.below(100))
}

pub(super) fn company(random: &mut Random) -> String {
    format!("{} {}", random.pick(words::LAST_NAMES), random.pick(words::COMPANY_KINDS))
}

pub(super) fn street(random: &mut Random) -> String {
    let number = 1 + random.below(250);
    format!("{number} {} {}", random.pick(words::STREETS), random.pick(words::STREET_KINDS))
}

pub(super) fn product(random: &mut Random) -> String {
    format!("{} {}", random.pick(words::MATERIALS), random.pick(words::GOODS))
}

pub(super) fn words(random: &mut Random, count: usize) -> String {
    let words: Vec<&str> = (0..count).map(|_| *random.pick(words::LATIN)).collect();
    words.join(" ")
}

/// A sentence of so many words, with a capital letter and a full stop.
pub(super) fn sentence(random: &mut Random, count: usize) -> String {
    let mut sentence = words(random, count.max(1));
    sentence[..1].make_ascii_uppercase();
    sentence.push('.');
    sentence
}

/// So many sentences of six to fourteen words.
pub(super) fn paragraph(random: &mut Random, sentences: usize) -> String {
    let sentences: Vec<String> = (0..sentences.max(1))
        .map(|_| {
            let count = 6 + random.below(9) as usize;
            sentence(random, count)
        })
        .collect();
    sentences.join(" ")
}

/// A UUID of version 4.
pub(super) fn uuid(random: &mut Random) -> String {
    let bits = (u128::from(random.next()) << 64) | u128::from(random.next());
    let bits = (bits & !(0xf << 76)) | (0x4 << 76);
    let bits = (bits & !(0x3 << 62)) | (0x2 << 62);
    let hex = format!("{bits:032x}");
    format!("{}-{}-{}-{}-{}", &hex[..8], &hex[8..12], &hex[12..16], &hex[16..20], &hex[20..])
}

pub(super) fn ip(random: &mut Random) -> String {
    let mut part = || random.below(256);
    let rest = [part(), part(), part()];
    // Not a loopback or multicast address.
    let first = 1 + (random.below(222) + 127) % 223;
    format!("{}.{}.{}.{}", if first == 127 { 126 } else { first }, rest[0], rest[1], rest[2])
}

/// An address of the range that is kept for documentation.
pub(super) fn ipv6(random: &mut Random) -> String {
    let mut address = "2001:db8".to_owned();
    for _ in 0..6 {
        write!(address, ":{:x}", random.below(0x1_0000)).expect("writing to a string cannot fail");
    }
    address
}

/// A locally administered address.
pub(super) fn mac(random: &mut Random) -> String {
    let pairs: Vec<String> = (0..5).map(|_| hex(random, 2)).collect();
    format!("02:{}", pairs.join(":"))
}

pub(super) fn user_agent(random: &mut Random) -> String {
    let system = random.pick(words::SYSTEMS);
    let version = 100 + random.below(40);
    if random.below(4) == 0 {
        return format!("Mozilla/5.0 ({system}; rv:{version}.0) Gecko/20100101 Firefox/{version}.0");
    }
    format!(
        "Mozilla/5.0 ({system}) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/{version}.0.0.0 Safari/537.36"
    )
}

/// Sixteen digits whose check digit is right, from a range that card networks keep for tests.
pub(super) fn credit_card(random: &mut Random) -> String {
    let digits = format!("424242{:09}", random.below(1_000_000_000));
    let sum: u32 = digits
        .bytes()
        .rev()
        .enumerate()
        .map(|(place, digit)| {
            let digit = u32::from(digit - b'0') * if place % 2 == 0 { 2 } else { 1 };
            digit / 10 + digit % 10
        })
        .sum();
    format!("{digits}{}", (10 - sum % 10) % 10)
}

/// A German account number whose check digits are right.
pub(super) fn iban(random: &mut Random) -> String {
    let account = format!("{:09}{:09}", random.below(1_000_000_000), random.below(1_000_000_000));
    // The country's letters count as 13 and 14, and two zeros stand for the digits that are looked for.
    let rest =
        format!("{account}131400").bytes().fold(0, |rest, digit| (rest * 10 + u32::from(digit - b'0')) % 97);
    format!("DE{:02}{account}", 98 - rest)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn many(make: fn(&mut Random) -> String) -> Vec<String> {
        let mut random = Random::new(1, 2);
        (0..500).map(|_| make(&mut random)).collect()
    }

    #[test]
    fn check_digits_are_right() {
        for card in many(credit_card) {
            assert_eq!(card.len(), 16, "{card}");
            let sum: u32 = card
                .bytes()
                .rev()
                .enumerate()
                .map(|(place, digit)| match (place % 2, u32::from(digit - b'0')) {
                    (0, digit) => digit,
                    (_, digit) if digit < 5 => digit * 2,
                    (_, digit) => digit * 2 - 9,
                })
                .sum();
            assert_eq!(sum % 10, 0, "{card}");
        }
        for iban in many(iban) {
            assert_eq!(iban.len(), 22, "{iban}");
            let moved = format!("{}1314{}", &iban[4..], &iban[2..4]);
            let rest = moved.bytes().fold(0, |rest, digit| (rest * 10 + u32::from(digit - b'0')) % 97);
            assert_eq!(rest, 1, "{iban}");
        }
    }

    #[test]
    fn what_has_a_form_has_it() {
        for uuid in many(uuid) {
            let shape: String =
                uuid.chars().map(|letter| if letter.is_ascii_hexdigit() { 'x' } else { letter }).collect();
            assert_eq!(shape, "xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx");
            assert_eq!(&uuid[14..15], "4");
            assert!("89ab".contains(&uuid[19..20]), "{uuid}");
        }
        for ip in many(ip) {
            let address: std::net::Ipv4Addr = ip.parse().unwrap();
            assert!(!address.is_loopback() && !address.is_multicast() && address.octets()[0] > 0, "{ip}");
        }
        for address in many(ipv6) {
            address.parse::<std::net::Ipv6Addr>().unwrap();
        }
        for email in many(email) {
            let (local, domain) = email.split_once('@').unwrap();
            assert!(words::DOMAINS.contains(&domain) && local.is_ascii() && !local.contains(' '), "{email}");
        }
        let mut random = Random::new(3, 4);
        for length in 0..20 {
            let password = password(&mut random, length);
            assert_eq!(password.len(), length);
            let has = |test: fn(&u8) -> bool| password.bytes().any(|byte| test(&byte));
            let all = has(u8::is_ascii_uppercase) && has(u8::is_ascii_lowercase) && has(u8::is_ascii_digit);
            assert!(length < 4 || (all && has(u8::is_ascii_punctuation)), "{password}");
        }
        let made = pattern(&mut random, "##-? é");
        let mut letters = made.chars();
        assert!(letters.by_ref().take(2).all(|letter| letter.is_ascii_digit()), "{made}");
        assert!(made.ends_with(" é") && made.as_bytes()[3].is_ascii_uppercase(), "{made}");
    }
}
