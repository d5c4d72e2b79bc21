//! The bytes of NTLM's three messages (MS-NLMP 2.2.1).

use super::{Account, utf16};

const SIGNATURE: &[u8; 8] = b"NTLMSSP\0";

const UNICODE: u32 = 0x0000_0001;
const OEM: u32 = 0x0000_0002;
const REQUEST_TARGET: u32 = 0x0000_0004;
const NTLM: u32 = 0x0000_0200;
const ALWAYS_SIGN: u32 = 0x0000_8000;
const EXTENDED_SECURITY: u32 = 0x0008_0000;
const TARGET_INFO: u32 = 0x0080_0000;
const KEY_128: u32 = 0x2000_0000;
const KEY_56: u32 = 0x8000_0000;

const OFFERED: u32 =
    UNICODE | OEM | REQUEST_TARGET | NTLM | ALWAYS_SIGN | EXTENDED_SECURITY | TARGET_INFO | KEY_128 | KEY_56;

/// The pair of the target information that holds the server's time.
const PAIR_TIMESTAMP: u16 = 7;
const PAIR_END: u16 = 0;

/// The server's message: what the client has to prove its password against.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ServerChallenge {
    /// The server's random bytes.
    pub nonce: [u8; 8],
    /// What it agreed to of the offered options.
    pub flags: u32,
    /// The domain or computer the server authenticates for.
    pub target_name: String,
    /// Attribute pairs, returned to the server as they came.
    pub target_info: Vec<u8>,
}

/// Why a server's message is none.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ParseError {
    /// Not base64.
    #[error("ntlm: challenge is not valid base64")]
    Coding,
    /// Another protocol's bytes.
    #[error("ntlm: challenge has no valid signature")]
    Signature,
    /// A message, but not the second one.
    #[error("ntlm: server sent message type {0} instead of a challenge")]
    Type(u32),
    /// Shorter than its own fields say.
    #[error("ntlm: challenge is truncated")]
    Truncated,
    /// The server cannot speak version 2, which this client requires.
    #[error("ntlm: server does not support unicode and target information (ntlmv2)")]
    Unsupported,
}

impl ServerChallenge {
    /// Reads the second message.
    pub fn parse(bytes: &[u8]) -> Result<Self, ParseError> {
        if !bytes.starts_with(SIGNATURE) {
            return Err(ParseError::Signature);
        }
        let kind = u32_at(bytes, 8)?;
        if kind != 2 {
            return Err(ParseError::Type(kind));
        }
        let flags = u32_at(bytes, 20)?;
        let target_name = payload(bytes, 12)?;
        let nonce = bytes.get(24..32).and_then(|nonce| nonce.try_into().ok()).ok_or(ParseError::Truncated)?;
        if flags & UNICODE == 0 || flags & TARGET_INFO == 0 {
            return Err(ParseError::Unsupported);
        }
        let target_info = payload(bytes, 40)?.to_vec();
        let (pairs, _) = target_name.as_chunks::<2>();
        let units = pairs.iter().map(|pair| u16::from_le_bytes(*pair));
        let target_name =
            char::decode_utf16(units).map(|unit| unit.unwrap_or(char::REPLACEMENT_CHARACTER)).collect();
        Ok(Self { nonce, flags, target_name, target_info })
    }

    /// The server's time in 100-nanosecond steps since 1601, when it states one.
    #[must_use]
    pub fn timestamp(&self) -> Option<u64> {
        let mut rest = self.target_info.as_slice();
        loop {
            let (&[id_low, id_high, size_low, size_high], tail) = rest.split_first_chunk()?;
            let (id, size) =
                (u16::from_le_bytes([id_low, id_high]), u16::from_le_bytes([size_low, size_high]));
            if id == PAIR_END {
                return None;
            }
            let (value, next) = tail.split_at_checked(usize::from(size))?;
            if id == PAIR_TIMESTAMP {
                return value.try_into().ok().map(u64::from_le_bytes);
            }
            rest = next;
        }
    }
}

/// The first message: what the client can do.
pub(super) fn negotiate() -> Vec<u8> {
    let mut bytes = SIGNATURE.to_vec();
    bytes.extend_from_slice(&1u32.to_le_bytes());
    bytes.extend_from_slice(&OFFERED.to_le_bytes());
    // Domain and workstation are not stated.
    bytes.extend_from_slice(&[0; 16]);
    bytes
}

/// The third message: the client's proofs.
pub(super) fn authenticate(
    account: &Account<'_>,
    challenge: &ServerChallenge,
    lm: &[u8],
    nt: &[u8],
) -> Vec<u8> {
    const HEADER_BYTES: usize = 64;
    let domain = if account.domain.is_empty() { &*challenge.target_name } else { account.domain };
    let domain = utf16(domain);
    let user = utf16(account.user);
    let fields: [&[u8]; 6] = [lm, nt, &domain, &user, &[], &[]];
    let mut bytes = SIGNATURE.to_vec();
    bytes.extend_from_slice(&3u32.to_le_bytes());
    let mut offset = HEADER_BYTES;
    for field in fields {
        // Names and passwords of a megabyte are cut rather than overflow the message's 16-bit lengths.
        let size = u16::try_from(field.len()).unwrap_or(u16::MAX);
        bytes.extend_from_slice(&size.to_le_bytes());
        bytes.extend_from_slice(&size.to_le_bytes());
        bytes.extend_from_slice(&u32::try_from(offset).expect("six fields of 64 KiB at most").to_le_bytes());
        offset += usize::from(size);
    }
    bytes.extend_from_slice(&(challenge.flags & OFFERED & !OEM).to_le_bytes());
    for field in fields {
        bytes.extend_from_slice(&field[..field.len().min(usize::from(u16::MAX))]);
    }
    bytes
}

fn u32_at(bytes: &[u8], at: usize) -> Result<u32, ParseError> {
    let word = bytes.get(at..at + 4).and_then(|word| word.try_into().ok());
    word.map(u32::from_le_bytes).ok_or(ParseError::Truncated)
}

/// The bytes that the (length, capacity, offset) triple at `at` points to.
fn payload(bytes: &[u8], at: usize) -> Result<&[u8], ParseError> {
    let size = (u32_at(bytes, at)? & 0xffff) as usize;
    let offset = u32_at(bytes, at + 4)? as usize;
    if size == 0 {
        return Ok(&[]);
    }
    offset.checked_add(size).and_then(|end| bytes.get(offset..end)).ok_or(ParseError::Truncated)
}

#[cfg(test)]
mod tests {
    use super::super::super::hex;
    use super::*;
    use proptest::prelude::*;

    fn unhex(text: &str) -> Vec<u8> {
        let digits: Vec<u32> = text.chars().filter_map(|char| char.to_digit(16)).collect();
        digits.chunks(2).map(|pair| (pair[0] * 16 + pair[1]) as u8).collect()
    }

    /// MS-NLMP 4.2.4.3, the challenge message of the NTLMv2 example.
    const EXAMPLE: &str = "4e544c4d53535000 02000000 0c000c0038000000 33828ae2 0123456789abcdef 0000000000000000 \
         2400240044000000 0600701700 00000f 530065007200760065007200 \
         02000c0044006f006d00610069006e00 01000c005300650072007600650072 00 00000000";

    #[test]
    fn the_specifications_challenge_is_read() {
        let challenge = ServerChallenge::parse(&unhex(EXAMPLE)).expect("the example is valid");
        assert_eq!(hex(&challenge.nonce), "0123456789abcdef");
        assert_eq!(challenge.target_name, "Server");
        assert_eq!(challenge.target_info.len(), 36);
        assert_eq!(challenge.timestamp(), None);
    }

    #[test]
    fn rubbish_is_named() {
        let good = unhex(EXAMPLE);
        let with = |at: usize, value: u8| {
            let mut bytes = good.clone();
            bytes[at] = value;
            ServerChallenge::parse(&bytes)
        };
        assert_eq!(ServerChallenge::parse(b""), Err(ParseError::Signature));
        assert_eq!(ServerChallenge::parse(&good[..20]), Err(ParseError::Truncated));
        assert_eq!(ServerChallenge::parse(&good[..good.len() - 1]), Err(ParseError::Truncated));
        assert_eq!(with(8, 3), Err(ParseError::Type(3)));
        assert_eq!(with(20, 0x32), Err(ParseError::Unsupported));
        assert_eq!(with(44, 0xff), Err(ParseError::Truncated));
    }

    #[test]
    fn the_last_message_points_at_its_fields() {
        let challenge = ServerChallenge::parse(&unhex(EXAMPLE)).expect("the example is valid");
        let account = Account { domain: "D", user: "Us", password: "unused" };
        let bytes = authenticate(&account, &challenge, &[1; 24], &[2; 50]);
        assert_eq!(u32_at(&bytes, 8), Ok(3));
        for (at, expected) in [
            (12, vec![1; 24]),
            (20, vec![2; 50]),
            (28, utf16("D")),
            (36, utf16("Us")),
            (44, vec![]),
            (52, vec![]),
        ] {
            assert_eq!(payload(&bytes, at), Ok(expected.as_slice()));
        }
        assert_eq!(bytes.len(), 64 + 24 + 50 + 2 + 4);
        let flags = u32_at(&bytes, 60).expect("flags");
        assert_eq!(flags & (UNICODE | NTLM), UNICODE | NTLM);
    }

    proptest! {
        #[test]
        fn any_message_is_survived(bytes in any::<Vec<u8>>(), at in 8usize..100, value in any::<u8>()) {
            let _ = ServerChallenge::parse(&bytes);
            let mut near = unhex(EXAMPLE);
            if let Some(byte) = near.get_mut(at) {
                *byte = value;
            }
            if let Ok(challenge) = ServerChallenge::parse(&near) {
                let _ = challenge.timestamp();
            }
        }
    }
}
