//! How much work a password costs: whoever writes a file decides it, and could ask for hours or for all of the memory.
//!
//! Main type: [`Effort`], what is left of the work that a file may ask for.

use std::cell::Cell;

use pkcs8::pkcs5::EncryptionScheme;
use pkcs8::pkcs5::pbes2::Kdf;

/// Rounds of hashing that one file may ask for: some seconds. OpenSSL asks for 2,048 a part, Java for 10,000.
pub const ROUNDS_MAX: u64 = 10_000_000;

/// Memory that one key may take, in bytes; OpenSSL asks for 16 MiB.
const MEMORY_BYTES_MAX: u64 = 64 << 20;

/// The rounds that are left.
pub struct Effort {
    left: Cell<u64>,
    rounds_max: u64,
}

impl Effort {
    /// So many rounds.
    pub const fn new(rounds_max: u64) -> Self {
        Self { left: Cell::new(rounds_max), rounds_max }
    }

    /// Takes rounds away.
    ///
    /// # Errors
    /// In words for the user, when there are not so many left.
    pub fn spend(&self, rounds: u64) -> Result<(), String> {
        let left = self.left.get().checked_sub(rounds).ok_or_else(|| {
            format!("its password costs more than {} rounds of hashing, which are not made", self.rounds_max)
        })?;
        self.left.set(left);
        Ok(())
    }
}

/// The rounds of hashing that a way of encryption takes.
///
/// # Errors
/// In words for the user, for ways that are not known, and for those that take too much memory.
pub fn rounds(scheme: &EncryptionScheme<'_>) -> Result<u64, String> {
    match scheme.pbes2().map(|parameters| &parameters.kdf) {
        Some(Kdf::Pbkdf2(parameters)) => Ok(u64::from(parameters.iteration_count)),
        Some(Kdf::Scrypt(parameters)) => {
            let size = parameters.cost_parameter.saturating_mul(u64::from(parameters.block_size));
            if size.saturating_mul(128) > MEMORY_BYTES_MAX {
                let most = MEMORY_BYTES_MAX >> 20;
                return Err(format!("its password costs more than {most} MB of memory, which are not given"));
            }
            // Blocks are mixed four times, half of them in each direction.
            Ok(size.saturating_mul(u64::from(parameters.parallelization)).saturating_mul(4))
        }
        _ => Err("it is encrypted in a way that is not supported".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use pkcs8::pkcs5::pbes2::{self, Parameters, ScryptParams};

    #[test]
    fn work_is_known_before_it_is_done() {
        let check = |cost: u64, block: u16, lanes: u16, wanted: Result<u64, &str>| {
            let kdf = Kdf::Scrypt(ScryptParams {
                salt: b"salt",
                cost_parameter: cost,
                block_size: block,
                parallelization: lanes,
                key_length: None,
            });
            let encryption = pbes2::EncryptionScheme::Aes128Cbc { iv: &[0; 16] };
            let found = rounds(&EncryptionScheme::Pbes2(Parameters { kdf, encryption }));
            assert_eq!(found.as_ref().map_err(String::as_str), wanted.as_ref().map_err(|why| *why));
        };
        check(16_384, 8, 1, Ok(524_288));
        check(65_536, 8, 2, Ok(4_194_304));
        let memory = "its password costs more than 64 MB of memory, which are not given";
        check(131_072, 8, 1, Err(memory));
        check(u64::MAX, u16::MAX, u16::MAX, Err(memory));
        let effort = Effort::new(10);
        assert!(effort.spend(6).is_ok() && effort.spend(5).is_err() && effort.spend(4).is_ok());
    }
}
