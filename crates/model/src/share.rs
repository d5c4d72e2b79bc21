//! Which of all numbers of a test are one machine's: rows of data, say, that no two machines may take.
//!
//! Main type: [`Share`].

use crate::segment::{Segment, Stripe};

/// A machine's share of all numbers, counted from 0. The shares of segments that do not overlap are disjoint.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Share {
    /// The whole sequence of segments is known: numbers are dealt out like iterations, exactly.
    Dealt(Stripe),
    /// Only the machine's own segment is known. Numbers are spread over the load evenly, so that a share has its part
    /// of any run of numbers to within a few, and machines agree on which without knowing each other.
    Spread(Segment),
}

impl Share {
    /// Whether a number is this machine's.
    #[must_use]
    pub fn owns(&self, number: u64) -> bool {
        match self {
            Self::Dealt(stripe) => stripe.owns(number),
            Self::Spread(segment) => segment.holds(number),
        }
    }

    /// Whether no number is.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        match self {
            Self::Dealt(stripe) => stripe.is_empty(),
            Self::Spread(_) => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::SegmentTuple;

    fn spread(segment: &str) -> Share {
        Share::Spread(segment.parse().expect("the segment is right"))
    }

    #[test]
    fn each_number_is_in_one_share_and_shares_are_even() {
        let check = |segments: &[&str]| {
            let shares: Vec<Share> = segments.iter().map(|segment| spread(segment)).collect();
            let mut counts = vec![0_i64; shares.len()];
            for number in 0..3000 {
                let owners: Vec<usize> = (0..shares.len()).filter(|&at| shares[at].owns(number)).collect();
                assert_eq!(owners.len(), 1, "{segments:?}: {number}");
                counts[owners[0]] += 1;
            }
            counts
        };
        assert_eq!(check(&["0:1"]), [3000]);
        let even = check(&["0:1/3", "1/3:2/3", "2/3:1"]);
        assert!(even.iter().all(|count| (count - 1000).abs() <= 8), "{even:?}");
        let uneven = check(&["0:1/2", "1/2:3/4", "3/4:1"]);
        assert!((uneven[0] - 1500).abs() <= 8 && (uneven[1] - 750).abs() <= 8, "{uneven:?}");
    }

    #[test]
    fn what_is_dealt_is_exact() {
        let parts = SegmentTuple::full().split(3);
        for number in 0..300 {
            let owners = parts.iter().filter(|part| Share::Dealt(part.stripe()).owns(number)).count();
            assert_eq!(owners, 1);
        }
        assert!(!Share::Dealt(Stripe::full()).is_empty() && !spread("0:1/9").is_empty());
    }
}
