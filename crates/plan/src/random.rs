//! Random numbers of one user.
//!
//! Main type: [`Random`], SplitMix64: small, fast, seedable, and not for secrets.

/// A source of random numbers. The same seed gives the same numbers.
#[derive(Clone, Debug)]
pub struct Random(u64);

impl Random {
    /// The source with this seed, for the user with this number.
    #[must_use]
    pub fn new(seed: u64, user: u64) -> Self {
        let mut random = Self(seed ^ user.wrapping_mul(0xd134_2543_de82_ef95));
        // Seeds that differ little are to give numbers that have nothing in common.
        random.next();
        random
    }

    /// Any number.
    #[expect(clippy::should_implement_trait, reason = "it has no end, so it is no iterator")]
    pub fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// A number below `bound`; 0 when that is 0.
    pub fn below(&mut self, bound: u64) -> u64 {
        ((u128::from(self.next()) * u128::from(bound)) >> 64) as u64
    }

    /// A whole number from `low` to `high`, both included.
    pub fn between(&mut self, low: i64, high: i64) -> i64 {
        if high <= low {
            return low;
        }
        let span = (i128::from(high) - i128::from(low) + 1).min(i128::from(u64::MAX)) as u64;
        low.wrapping_add(self.below(span) as i64)
    }

    /// A number from 0, included, to 1, excluded.
    pub fn unit(&mut self) -> f64 {
        const STEPS: f64 = (1_u64 << 53) as f64;
        (self.next() >> 11) as f64 / STEPS
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_stay_within_bounds_and_reach_both_ends() {
        let mut random = Random::new(7, 1);
        let drawn: Vec<i64> = (0..1_000).map(|_| random.between(-2, 2)).collect();
        assert_eq!((drawn.iter().min(), drawn.iter().max()), (Some(&-2), Some(&2)));
        assert!((0..1_000).all(|_| (0.0..1.0).contains(&random.unit())));
        assert_eq!((random.below(0), random.between(5, 5), random.between(5, 1)), (0, 5, 5));
    }

    #[test]
    fn users_draw_differently_and_repeatably() {
        let draw = |user| Random::new(1, user).next();
        assert_eq!(draw(1), draw(1));
        assert_ne!(draw(1), draw(2));
    }
}
