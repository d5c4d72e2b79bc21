//! Sums that do not depend on the order of their terms.
//!
//! Main type: [`Sum`]. Floating-point addition is not associative, so two ways of merging the same workers
//! would differ in the last digits. Here terms are added as integers of a fixed unit instead. This is no
//! general big number: it has two ranges, and a plain float for what no measurement ever is.

/// Terms below 2^44 (500 years in milliseconds) are kept in units of 2^-60.
const FINE_BITS: u32 = 60;
const FINE_LIMIT: f64 = (1_u64 << 44) as f64;
const FINE_UNITS: f64 = (1_u64 << FINE_BITS) as f64;
const MANTISSA_BITS: u32 = 52;
const HIDDEN_BIT: u64 = 1 << MANTISSA_BITS;
/// The exponent, as floats store it, of those whose mantissas count units as they are.
const ALIGNED_EXPONENT: u64 = 1023 + MANTISSA_BITS as u64 - FINE_BITS as u64;
/// From there to the fine limit.
const LARGEST_SHIFT: u64 = 43 + FINE_BITS as u64 - MANTISSA_BITS as u64;
/// Terms below 2^94 are kept in units of 2^-8, which loses nothing: such floats have no finer digits.
const COARSE_LIMIT: f64 = (1_u128 << 94) as f64;
const COARSE_UNITS: f64 = 256.0;

/// The sum of any number of floats; equal for every order in which they were added.
///
/// Terms beyond ±2^94 and infinities go to a float, where the order may show in the last digits.
#[derive(Clone, Copy, PartialEq, Debug, Default)]
pub struct Sum {
    pub(crate) fine: i128,
    pub(crate) coarse: i128,
    pub(crate) huge: f64,
}

impl Sum {
    /// Adds one term. `NaN` makes the sum `NaN`.
    #[inline]
    pub fn add(&mut self, value: f64) {
        if value.abs() < FINE_LIMIT {
            self.fine = self.fine.saturating_add(fine_units(value));
        } else {
            self.add_large(value, 1);
        }
    }

    /// Adds terms as [`Sum::add`] does, in the fewest steps for what times mostly are: 2^-7 to 2^44.
    pub fn extend(&mut self, values: &[f64]) {
        // So many terms fit the local sum.
        for values in values.chunks(1 << 12) {
            let mut units = 0_u128;
            for &value in values {
                let bits = value.to_bits();
                // How far the mantissa is to be moved; a sign makes it too far.
                let shift = (bits >> MANTISSA_BITS).wrapping_sub(ALIGNED_EXPONENT);
                if shift.wrapping_sub(1) < LARGEST_SHIFT {
                    let mantissa = bits & (HIDDEN_BIT - 1) | HIDDEN_BIT;
                    units += u128::from(mantissa >> (64 - shift)) << 64 | u128::from(mantissa << shift);
                } else {
                    self.add(value);
                }
            }
            self.fine = self.fine.saturating_add_unsigned(units);
        }
    }

    /// Adds the same term `times` times.
    pub fn add_times(&mut self, value: f64, times: u64) {
        if value.abs() < FINE_LIMIT {
            self.fine = self.fine.saturating_add(fine_units(value).saturating_mul(i128::from(times)));
        } else {
            self.add_large(value, times);
        }
    }

    /// Adds a whole number that need not be exact as a float, such as a count of bytes.
    pub fn add_whole(&mut self, value: u64) {
        if value < 1 << 44 {
            self.fine = self.fine.saturating_add(i128::from(value) << FINE_BITS);
        } else {
            self.coarse = self.coarse.saturating_add(i128::from(value) << 8);
        }
    }

    /// Adds all terms of another sum.
    pub fn merge(&mut self, other: &Self) {
        self.fine = self.fine.saturating_add(other.fine);
        self.coarse = self.coarse.saturating_add(other.coarse);
        self.huge += other.huge;
    }

    /// The sum as the nearest float.
    #[must_use]
    pub fn value(&self) -> f64 {
        let fine = self.fine as f64 / FINE_UNITS;
        if self.coarse == 0 && self.huge == 0.0 {
            return fine;
        }
        fine + self.coarse as f64 / COARSE_UNITS + self.huge
    }

    #[cold]
    fn add_large(&mut self, value: f64, times: u64) {
        if value.abs() < COARSE_LIMIT {
            let units = (value * COARSE_UNITS) as i128;
            self.coarse = self.coarse.saturating_add(units.saturating_mul(i128::from(times)));
        } else {
            self.huge += value * times as f64;
        }
    }
}

/// `value` in units of 2^-60. Both steps are exact down to the unit, and cheaper than one wide conversion.
#[inline]
fn fine_units(value: f64) -> i128 {
    let whole = value as i64;
    let rest = ((value - whole as f64) * FINE_UNITS) as i64;
    (i128::from(whole) << FINE_BITS) + i128::from(rest)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sum(values: &[f64]) -> f64 {
        let mut sum = Sum::default();
        values.iter().for_each(|value| sum.add(*value));
        sum.value()
    }

    #[test]
    fn sums_are_the_nearest_float_to_the_true_sum() {
        let check = |values: &[f64], expected: f64| assert_eq!(sum(values), expected, "{values:?}");
        check(&[], 0.0);
        check(&[10.0, 1.0, 7.0, 3.0, 22.0, 3.5, 100.0], 146.5);
        check(&[0.5, -0.25, -0.25], 0.0);
        check(&[1e13, 0.125, -1e13], 0.125);
        check(&[1e20, 1.0, -1e20], 1.0);
        check(&[1e300, 1.0, -1e300], 1.0);
        check(&[f64::INFINITY, 1.0], f64::INFINITY);
        check(&[1_700_000_000_000_000_000.0; 4], 6_800_000_000_000_000_000.0);
    }

    #[test]
    fn repeated_and_whole_terms_equal_single_ones() {
        for value in [0.1, 123.456, -7.25, 3e15, 0.0] {
            let (mut single, mut repeated) = (Sum::default(), Sum::default());
            (0..1000).for_each(|_| single.add(value));
            repeated.add_times(value, 1000);
            assert_eq!(single, repeated, "{value}");
        }
        let mixed: Vec<f64> =
            (-70..70).flat_map(|e| [1.1_f64, -1.7, 1.0].map(|m| m * 2.0_f64.powi(e))).collect();
        let (mut single, mut listed) = (Sum::default(), Sum::default());
        mixed.iter().for_each(|value| single.add(*value));
        listed.extend(&mixed);
        assert_eq!(single, listed);
        for value in [0, 1, 1 << 43, 1 << 44, 1 << 52] {
            let (mut float, mut whole) = (Sum::default(), Sum::default());
            float.add(value as f64);
            whole.add_whole(value);
            assert_eq!(float, whole, "{value}");
        }
    }
}
