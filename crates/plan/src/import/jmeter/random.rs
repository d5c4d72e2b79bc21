//! Random numbers: `java.util.Random`, whose sequences for a seed plans rely on.
//!
//! Main type: [`JavaRandom`].

/// The linear congruential generator of `java.util.Random`.
#[derive(Clone, Debug)]
pub struct JavaRandom {
    state: u64,
    gaussian: Option<f64>,
}

const MASK: u64 = (1 << 48) - 1;
const FACTOR: u64 = 0x5_DEEC_E66D;

/// A seed that nobody can foresee.
#[must_use]
pub fn seed() -> i64 {
    use std::hash::{BuildHasher, RandomState};
    RandomState::new().hash_one(0u8) as i64
}

impl JavaRandom {
    /// A generator with that seed.
    #[must_use]
    pub fn new(seed: i64) -> Self {
        Self { state: (seed as u64 ^ FACTOR) & MASK, gaussian: None }
    }

    fn bits(&mut self, count: u32) -> i32 {
        self.state = self.state.wrapping_mul(FACTOR).wrapping_add(0xB) & MASK;
        (self.state >> (48 - count)) as u32 as i32
    }

    /// Any `int`.
    pub fn next_int(&mut self) -> i32 {
        self.bits(32)
    }

    /// An `int` from 0 up to but not including `bound`, which must be positive.
    pub fn below(&mut self, bound: i32) -> i32 {
        let most = bound.max(1) - 1;
        let mut bits = self.bits(31);
        if bound & most == 0 {
            return ((i64::from(bound) * i64::from(bits)) >> 31) as i32;
        }
        let mut value = bits % bound;
        while bits.wrapping_sub(value).wrapping_add(most) < 0 {
            bits = self.bits(31);
            value = bits % bound;
        }
        value
    }

    /// Any `long`.
    pub fn next_long(&mut self) -> i64 {
        (i64::from(self.next_int()) << 32).wrapping_add(i64::from(self.next_int()))
    }

    /// A `double` from 0 up to but not including 1.
    pub fn next_double(&mut self) -> f64 {
        let high = i64::from(self.bits(26)) << 27;
        (high + i64::from(self.bits(27))) as f64 / (1u64 << 53) as f64
    }

    /// A `double` of the normal distribution.
    pub fn next_gaussian(&mut self) -> f64 {
        if let Some(kept) = self.gaussian.take() {
            return kept;
        }
        loop {
            let (x, y) = (2.0 * self.next_double() - 1.0, 2.0 * self.next_double() - 1.0);
            let square = x * x + y * y;
            if square < 1.0 && square != 0.0 {
                let factor = (-2.0 * square.ln() / square).sqrt();
                self.gaussian = Some(y * factor);
                return x * factor;
            }
        }
    }

    /// A whole number between the two, both included.
    pub fn between(&mut self, least: i64, most: i64) -> i64 {
        if most <= least {
            return least;
        }
        let span = (i128::from(most) - i128::from(least) + 1) as u128;
        let any = u128::from(self.next_long() as u64);
        (i128::from(least) + (any % span) as i128) as i64
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sequences_are_javas() {
        let mut random = JavaRandom::new(42);
        assert_eq!([random.below(10), random.below(10), random.below(10)], [0, 3, 8]);
        assert_eq!(JavaRandom::new(42).next_int(), -1_170_105_035);
        assert_eq!(JavaRandom::new(42).next_long(), -5_025_562_857_975_149_833);
    }

    #[test]
    fn both_ends_are_within_reach() {
        let mut random = JavaRandom::new(1);
        let drawn: Vec<i64> = (0..200).map(|_| random.between(-1, 1)).collect();
        assert!([-1, 0, 1].iter().all(|wanted| drawn.contains(wanted)));
        assert_eq!(random.between(5, 5), 5);
        assert_eq!(random.between(9, 1), 9);
    }
}
