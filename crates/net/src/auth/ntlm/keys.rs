//! The cryptography of NTLMv2: password hashes and the two responses (MS-NLMP 3.3.2).

use hmac::{Hmac, Mac as _};
use md4::{Digest as _, Md4};
use md5::Md5;

use super::{Account, Freshness, ServerChallenge, utf16};

/// The two proofs of knowing the password.
pub(super) struct Responses {
    pub lm: Vec<u8>,
    pub nt: Vec<u8>,
}

/// Computes both responses to `challenge`.
pub(super) fn responses(
    account: &Account<'_>,
    challenge: &ServerChallenge,
    freshness: &Freshness,
) -> Responses {
    let domain = if account.domain.is_empty() { &*challenge.target_name } else { account.domain };
    let key = response_key(&Account { domain, ..*account });
    let server_time = challenge.timestamp();
    let blob = client_blob(server_time.unwrap_or(freshness.filetime), freshness, &challenge.target_info);
    let mut nt = hmac_md5(&key, &[&challenge.nonce, &blob]).to_vec();
    nt.extend_from_slice(&blob);
    // A server that states the time expects the older response to be empty.
    let lm = if server_time.is_some() {
        vec![0; 24]
    } else {
        let proof = hmac_md5(&key, &[&challenge.nonce, &freshness.client_challenge]);
        [proof.as_slice(), &freshness.client_challenge].concat()
    };
    Responses { lm, nt }
}

/// NTOWFv2: the key that both responses are signed with.
fn response_key(account: &Account<'_>) -> [u8; 16] {
    let password_hash: [u8; 16] = Md4::digest(utf16(account.password)).into();
    let identity = [utf16(&account.user.to_uppercase()), utf16(account.domain)].concat();
    hmac_md5(&password_hash, &[&identity])
}

fn client_blob(filetime: u64, freshness: &Freshness, target_info: &[u8]) -> Vec<u8> {
    let mut blob = vec![1, 1, 0, 0, 0, 0, 0, 0];
    blob.extend_from_slice(&filetime.to_le_bytes());
    blob.extend_from_slice(&freshness.client_challenge);
    blob.extend_from_slice(&[0; 4]);
    blob.extend_from_slice(target_info);
    blob.extend_from_slice(&[0; 4]);
    blob
}

fn hmac_md5(key: &[u8], parts: &[&[u8]]) -> [u8; 16] {
    let mut mac = Hmac::<Md5>::new_from_slice(key).expect("HMAC takes keys of any length");
    for part in parts {
        mac.update(part);
    }
    mac.finalize().into_bytes().into()
}

#[cfg(test)]
mod tests {
    use super::super::super::hex;
    use super::*;

    const ACCOUNT: Account<'static> = Account { domain: "Domain", user: "User", password: "Password" };
    const FRESHNESS: Freshness = Freshness { client_challenge: [0xaa; 8], filetime: 0 };

    /// The server of MS-NLMP 4.2.4: NetBIOS domain "Domain", NetBIOS computer "Server".
    fn server() -> ServerChallenge {
        let pair = |id: u8, text: &str| [vec![id, 0, 12, 0], utf16(text)].concat();
        ServerChallenge {
            nonce: [0x01, 0x23, 0x45, 0x67, 0x89, 0xab, 0xcd, 0xef],
            flags: 0,
            target_name: "Server".to_owned(),
            target_info: [pair(2, "Domain"), pair(1, "Server"), vec![0; 4]].concat(),
        }
    }

    #[test]
    fn ms_nlmp_4_2_4_ntlmv2() {
        assert_eq!(hex(&response_key(&ACCOUNT)), "0c868a403bfd7a93a3001ef22ef02e3f");
        let Responses { lm, nt } = responses(&ACCOUNT, &server(), &FRESHNESS);
        assert_eq!(hex(&lm), "86c35097ac9cec102554764a57cccc19aaaaaaaaaaaaaaaa");
        assert_eq!(hex(&nt[..16]), "68cd0ab851e51c96aabc927bebef6a1c");
        let session_key = hmac_md5(&response_key(&ACCOUNT), &[&nt[..16]]);
        assert_eq!(hex(&session_key), "8de40ccadbc14a82f15cb0ad0de95ca3");
    }

    #[test]
    fn password_hash_of_the_specification() {
        // MS-NLMP 4.2.2.1.2: NTOWFv1 of "Password".
        let hash: [u8; 16] = Md4::digest(utf16("Password")).into();
        assert_eq!(hex(&hash), "a4f49c406510bdcab6824ee7c30fd852");
    }

    #[test]
    fn the_servers_time_wins_and_empties_the_old_response() {
        let mut server = server();
        let time = 0x01d9_0000_0000_0000_u64.to_le_bytes();
        server.target_info = [vec![7, 0, 8, 0], time.to_vec(), vec![0; 4]].concat();
        let Responses { lm, nt } = responses(&ACCOUNT, &server, &FRESHNESS);
        assert_eq!(lm, [0; 24]);
        assert_eq!(nt[16 + 8..16 + 16], time);
    }

    #[test]
    fn an_account_without_domain_takes_the_servers() {
        let here = Account { domain: "", ..ACCOUNT };
        let there = Account { domain: "Server", ..ACCOUNT };
        let proof = |account: &Account<'_>| responses(account, &server(), &FRESHNESS).nt;
        assert_eq!(proof(&here), proof(&there));
    }
}
