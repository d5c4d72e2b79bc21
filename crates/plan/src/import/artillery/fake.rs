//! Made-up data: the functions of Artillery's fake-data plugin that scripts use, by their names there.
//!
//! Main function: [`call`]. The words are few; who needs many different ones takes numbers and UUIDs.

use serde_json::Value;

use super::{functions, js};
use crate::random::Random;

type Make = fn(&mut Random) -> Value;

/// Name and maker, by name in groups.
static FUNCTIONS: &[(&str, Make)] = &[
    ("$internetEmail", email),
    ("$internetUserName", user_name),
    ("$internetUsername", user_name),
    ("$internetPassword", |r| text(letters(r, 15))),
    ("$internetUrl", |r| text(format!("https://{}.example.com/", letters(r, 8).to_lowercase()))),
    ("$internetDomainName", |r| text(format!("{}.example.com", letters(r, 8).to_lowercase()))),
    ("$internetIp", ip),
    ("$internetIpv4", ip),
    ("$internetUserAgent", |_| text(USER_AGENT.to_owned())),
    ("$personFirstName", |r| pick(r, FIRST)),
    ("$personLastName", |r| pick(r, LAST)),
    ("$personFullName", full_name),
    ("$personJobTitle", |r| pick(r, JOBS)),
    ("$personGender", |r| pick(r, &["female", "male", "other"])),
    ("$personPrefix", |r| pick(r, &["Mr.", "Mrs.", "Ms.", "Dr."])),
    ("$phoneNumber", phone),
    ("$stringUuid", |r| text(functions::make_uuid(r))),
    ("$stringAlpha", |r| text(letters(r, 1))),
    ("$stringAlphanumeric", |r| text(letters(r, 1))),
    ("$stringNumeric", |r| text(r.below(10).to_string())),
    ("$stringNanoid", |r| text(letters(r, 21))),
    ("$stringSample", |r| text(letters(r, 10))),
    ("$numberInt", |r| Value::from(r.below(9_007_199_254_740_991))),
    ("$numberFloat", |r| js::number(r.unit())),
    ("$datatypeBoolean", |r| Value::Bool(r.below(2) == 1)),
    ("$locationCity", |r| pick(r, CITIES)),
    ("$locationCountry", |r| pick(r, COUNTRIES)),
    ("$locationCountryCode", |r| pick(r, COUNTRY_CODES)),
    ("$locationStreetAddress", street),
    ("$locationStreet", |r| pick(r, STREETS)),
    ("$locationZipCode", |r| text(format!("{:05}", r.below(100_000)))),
    ("$locationState", |r| pick(r, STATES)),
    ("$locationLatitude", latitude),
    ("$locationLongitude", longitude),
    ("$companyName", company),
    ("$companyCatchPhrase", sentence),
    ("$commerceProductName", |r| pick(r, PRODUCTS)),
    ("$commerceProduct", |r| pick(r, PRODUCTS)),
    ("$commerceDepartment", |r| pick(r, DEPARTMENTS)),
    ("$commercePrice", |r| text(format!("{}.{:02}", 1 + r.below(999), r.below(100)))),
    ("$financeAccountNumber", |r| text(format!("{:08}", r.below(100_000_000)))),
    ("$financeAmount", |r| text(format!("{}.{:02}", r.below(1000), r.below(100)))),
    ("$financeCurrencyCode", |r| pick(r, CURRENCIES)),
    ("$loremWord", |r| pick(r, WORDS)),
    ("$loremWords", |r| text(words(r, 3))),
    ("$loremSentence", sentence),
    ("$loremParagraph", paragraph),
    ("$loremText", paragraph),
    ("$loremSlug", |r| text(words(r, 3).replace(' ', "-"))),
    ("$colorHuman", |r| pick(r, COLOURS)),
    ("$randFirstName", |r| pick(r, FIRST)),
    ("$randLastName", |r| pick(r, LAST)),
    ("$randFullName", full_name),
    ("$randEmail", email),
    ("$randUserName", user_name),
    ("$randPassword", |r| text(letters(r, 15))),
    ("$randNumber", |r| Value::from(r.below(1_000_000))),
    ("$randUuid", |r| text(functions::make_uuid(r))),
    ("$randBoolean", |r| Value::Bool(r.below(2) == 1)),
    ("$randCity", |r| pick(r, CITIES)),
    ("$randCountry", |r| pick(r, COUNTRIES)),
    ("$randStreetAddress", street),
    ("$randZipCode", |r| text(format!("{:05}", r.below(100_000)))),
    ("$randCompanyName", company),
    ("$randPhoneNumber", phone),
    ("$randProductName", |r| pick(r, PRODUCTS)),
    ("$randWord", |r| pick(r, WORDS)),
    ("$randSentence", sentence),
    ("$randParagraph", paragraph),
    ("$randText", sentence),
    ("$randUrl", |r| text(format!("https://{}.example.com/", letters(r, 8).to_lowercase()))),
    ("$randIp", ip),
    ("$randState", |r| pick(r, STATES)),
    ("$randJobTitle", |r| pick(r, JOBS)),
    ("$randGender", |r| pick(r, &["female", "male", "other"])),
    ("$randCountryCode", |r| pick(r, COUNTRY_CODES)),
    ("$randCurrencyCode", |r| pick(r, CURRENCIES)),
    ("$randLatitude", latitude),
    ("$randLongitude", longitude),
    ("$randSlug", |r| text(words(r, 3).replace(' ', "-"))),
    ("$randColor", |r| pick(r, COLOURS)),
    ("$randFloat", |r| js::number((r.unit() * 1_000_000.0).round() / 10.0)),
    ("$randCatchPhrase", sentence),
    ("$randProductDescription", sentence),
    ("$randProductCategory", |r| pick(r, DEPARTMENTS)),
    ("$randUserAgent", |_| text(USER_AGENT.to_owned())),
    ("$randAlphaNumeric", |r| text(letters(r, 1))),
    ("$personMiddleName", |r| pick(r, FIRST)),
    ("$personBio", sentence),
    ("$personSex", |r| pick(r, &["female", "male"])),
    ("$internetDisplayName", full_name),
    ("$internetMac", |r| {
        let pairs: Vec<String> = (0..6).map(|_| format!("{:02x}", r.below(256))).collect();
        text(pairs.join(":"))
    }),
    ("$internetPort", |r| Value::from(r.below(65_536))),
    ("$internetHttpMethod", |r| pick(r, &["GET", "POST", "PUT", "PATCH", "DELETE"])),
    ("$internetColor", |r| text(format!("#{:06x}", r.below(1 << 24)))),
    ("$colorRgb", |r| text(format!("#{:06x}", r.below(1 << 24)))),
    ("$stringHexadecimal", |r| text(format!("0x{:x}", r.below(16)))),
    ("$commerceProductAdjective", |r| pick(r, &["Small", "Rustic", "Handmade", "Modern", "Plain"])),
    ("$commerceProductMaterial", |r| pick(r, &["Wooden", "Steel", "Cotton", "Paper", "Leather", "Glass"])),
    ("$commerceProductDescription", sentence),
    ("$commerceIsbn", |r| text(format!("978-0-{:04}-{:04}-0", r.below(10_000), r.below(10_000)))),
    ("$companyBuzzPhrase", sentence),
    ("$hackerPhrase", sentence),
    ("$financeAccountName", |r| pick(r, &["Savings Account", "Current Account", "Loan Account"])),
    ("$financeTransactionDescription", sentence),
    ("$financePin", |r| text(format!("{:04}", r.below(10_000)))),
    ("$loremLines", paragraph),
    ("$loremSentences", paragraph),
    ("$loremParagraphs", paragraph),
    ("$locationCounty", |r| pick(r, STATES)),
    ("$locationBuildingNumber", |r| text((1 + r.below(199)).to_string())),
    ("$locationSecondaryAddress", |r| text(format!("Apt. {:03}", r.below(1000)))),
    ("$wordNoun", |r| pick(r, WORDS)),
    ("$wordSample", |r| pick(r, WORDS)),
    ("$wordWords", |r| text(words(r, 3))),
    ("$systemFileName", |r| text(format!("{}.txt", word(r, WORDS)))),
    ("$imageUrl", |r| text(format!("https://images.example.com/{}.jpg", letters(r, 8).to_lowercase()))),
    ("$imageAvatar", |r| text(format!("https://images.example.com/{}.jpg", letters(r, 8).to_lowercase()))),
];

const STATES: &[&str] = &["Alba", "Borea", "Costa", "Delta", "Esker", "Fjord"];
const COUNTRY_CODES: &[&str] = &["DE", "FR", "JP", "BR", "IN", "KE", "SE", "PL"];
const CURRENCIES: &[&str] = &["EUR", "USD", "JPY", "SEK", "PLN", "BRL"];
const COLOURS: &[&str] = &["red", "green", "blue", "teal", "plum", "grey"];
const DEPARTMENTS: &[&str] = &["Books", "Garden", "Music", "Tools", "Toys"];
const USER_AGENT: &str = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36";

const FIRST: &[&str] =
    &["Ada", "Bela", "Chen", "Dora", "Emeka", "Fatou", "Goran", "Hana", "Ines", "Jonas", "Kofi", "Lena"];
const LAST: &[&str] =
    &["Adler", "Bakker", "Costa", "Dubois", "Eriksen", "Fischer", "Garcia", "Horvat", "Ito", "Jansen"];
const JOBS: &[&str] =
    &["Accountant", "Baker", "Carpenter", "Dentist", "Engineer", "Librarian", "Nurse", "Teacher"];
const CITIES: &[&str] =
    &["Accra", "Bergen", "Cusco", "Dresden", "Eger", "Fes", "Ghent", "Hobart", "Izmir", "Kyoto"];
const COUNTRIES: &[&str] =
    &["Austria", "Brazil", "Canada", "Denmark", "Estonia", "Finland", "Ghana", "Hungary", "Japan"];
const STREETS: &[&str] =
    &["Bridge Street", "Church Lane", "Garden Road", "Harbour Way", "Mill Street", "Station Road"];
const PRODUCTS: &[&str] =
    &["Wooden Chair", "Steel Kettle", "Cotton Shirt", "Paper Lamp", "Leather Belt", "Glass Bowl"];
const WORDS: &[&str] =
    &["amber", "branch", "cloud", "delta", "ember", "field", "grain", "harbour", "island", "juniper"];

fn text(text: String) -> Value {
    Value::from(text)
}

fn word<'w>(random: &mut Random, words: &[&'w str]) -> &'w str {
    words[random.below(words.len() as u64) as usize]
}

fn pick(random: &mut Random, words: &[&str]) -> Value {
    Value::from(word(random, words))
}

fn letters(random: &mut Random, count: usize) -> String {
    const LETTERS: &[u8; 52] = b"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";
    (0..count).map(|_| char::from(LETTERS[random.below(52) as usize])).collect()
}

fn words(random: &mut Random, count: usize) -> String {
    (0..count).map(|_| word(random, WORDS)).collect::<Vec<_>>().join(" ")
}

fn email(random: &mut Random) -> Value {
    let (first, last) = (word(random, FIRST), word(random, LAST));
    text(format!("{first}.{last}{}@example.com", random.below(100_000)))
}

fn user_name(random: &mut Random) -> Value {
    text(format!("{}_{}{}", word(random, FIRST), word(random, LAST), random.below(100_000)))
}

fn full_name(random: &mut Random) -> Value {
    text(format!("{} {}", word(random, FIRST), word(random, LAST)))
}

fn phone(random: &mut Random) -> Value {
    text(format!("+49 30 {:08}", random.below(100_000_000)))
}

fn ip(random: &mut Random) -> Value {
    text(format!(
        "{}.{}.{}.{}",
        1 + random.below(254),
        random.below(256),
        random.below(256),
        random.below(256)
    ))
}

fn latitude(random: &mut Random) -> Value {
    js::number((random.unit() * 1_800_000.0).round() / 10_000.0 - 90.0)
}

fn longitude(random: &mut Random) -> Value {
    js::number((random.unit() * 3_600_000.0).round() / 10_000.0 - 180.0)
}

fn street(random: &mut Random) -> Value {
    text(format!("{} {}", 1 + random.below(199), word(random, STREETS)))
}

fn company(random: &mut Random) -> Value {
    text(format!("{} and {}", word(random, LAST), word(random, LAST)))
}

fn sentence(random: &mut Random) -> Value {
    let count = 4 + random.below(6) as usize;
    let mut made = words(random, count);
    made[..1].make_ascii_uppercase();
    made.push('.');
    text(made)
}

fn paragraph(random: &mut Random) -> Value {
    let parts: Vec<String> = (0..3).map(|_| js::text_of(Some(&sentence(random)))).collect();
    text(parts.join(" "))
}

/// Whether there is such a function.
#[must_use]
pub fn has(name: &str) -> bool {
    FUNCTIONS.iter().any(|(known, _)| *known == name)
}

/// All names.
#[must_use]
pub fn names() -> Vec<&'static str> {
    FUNCTIONS.iter().map(|(name, _)| *name).collect()
}

/// Makes a value; undefined when there is no such function.
pub fn call(name: &str, random: &mut Random) -> Option<Value> {
    FUNCTIONS.iter().find(|(known, _)| *known == name).map(|(_, make)| make(random))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_function_makes_something() {
        let mut random = Random::new(1, 1);
        for name in names() {
            let made = call(name, &mut random).expect("it is in the table");
            assert!(
                made.is_number() || made.is_boolean() || made.as_str().is_some_and(|text| !text.is_empty()),
                "{name}"
            );
        }
        assert_eq!(call("$nothingLikeIt", &mut random), None);
    }
}
