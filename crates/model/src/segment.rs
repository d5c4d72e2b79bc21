//! Execution segments: exact fractions of the load, and which users and iterations fall into them.
//!
//! Everything is integer arithmetic, so that any sequence of segments together gives exactly the whole.

use std::fmt;
use std::str::FromStr;

/// A fraction in lowest terms, from 0 to 1.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Fraction {
    numerator: u64,
    denominator: u64,
}

impl Fraction {
    /// 0.
    pub const ZERO: Self = Self { numerator: 0, denominator: 1 };
    /// 1.
    pub const ONE: Self = Self { numerator: 1, denominator: 1 };

    /// `numerator / denominator` in lowest terms; nothing for a zero denominator.
    #[must_use]
    pub fn new(numerator: u64, denominator: u64) -> Option<Self> {
        if denominator == 0 {
            return None;
        }
        let divisor = gcd(numerator, denominator);
        Some(Self { numerator: numerator / divisor, denominator: denominator / divisor })
    }

    /// The whole part of `value × self`.
    fn floor_of(self, value: u64) -> u64 {
        let product = u128::from(value) * u128::from(self.numerator) / u128::from(self.denominator);
        u64::try_from(product).expect("a fraction of a u64 is no larger than it")
    }
}

impl PartialOrd for Fraction {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Fraction {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        let left = u128::from(self.numerator) * u128::from(other.denominator);
        let right = u128::from(other.numerator) * u128::from(self.denominator);
        left.cmp(&right)
    }
}

impl fmt::Display for Fraction {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.denominator {
            1 => write!(f, "{}", self.numerator),
            denominator => write!(f, "{}/{denominator}", self.numerator),
        }
    }
}

fn gcd(mut a: u64, mut b: u64) -> u64 {
    while b != 0 {
        (a, b) = (b, a % b);
    }
    a.max(1)
}

/// A segment that could not be read.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
#[error("{0}")]
pub struct InvalidSegment(String);

impl FromStr for Fraction {
    type Err = InvalidSegment;

    /// Reads `1/3`, `0.25`, `10%` and whole numbers.
    fn from_str(text: &str) -> Result<Self, InvalidSegment> {
        let invalid = || {
            InvalidSegment(format!("'{text}' is not a valid percentage, decimal, fraction or interval value"))
        };
        let fraction = if let Some((numerator, denominator)) = text.split_once('/') {
            let numerator = numerator.trim().parse().map_err(|_| invalid())?;
            Self::new(numerator, denominator.trim().parse().map_err(|_| invalid())?)
        } else {
            let (digits, scale) = match text.strip_suffix('%') {
                Some(percent) => (percent, 100),
                None => (text, 1),
            };
            let (whole, decimals) = digits.split_once('.').unwrap_or((digits, ""));
            if decimals.len() > 15 || (whole.is_empty() && decimals.is_empty()) {
                return Err(invalid());
            }
            let denominator = 10u64.pow(u32::try_from(decimals.len()).expect("at most 15"));
            let joined: u64 = format!("{whole}{decimals}").parse().map_err(|_| invalid())?;
            denominator.checked_mul(scale).and_then(|denominator| Self::new(joined, denominator))
        };
        fraction.ok_or_else(invalid)
    }
}

/// A part of the load: from one fraction up to another.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Segment {
    from: Fraction,
    to: Fraction,
}

impl Segment {
    /// The whole load.
    pub const FULL: Self = Self { from: Fraction::ZERO, to: Fraction::ONE };

    /// The segment between two fractions.
    ///
    /// # Errors
    /// When they are not in order or not within 0 and 1.
    pub fn new(from: Fraction, to: Fraction) -> Result<Self, InvalidSegment> {
        if from >= to {
            return Err(InvalidSegment(format!(
                "segment start value of {from} should be less than the end value of {to}"
            )));
        }
        if to > Fraction::ONE {
            return Err(InvalidSegment(format!("segment end value can't be more than 1, but it's {to}")));
        }
        Ok(Self { from, to })
    }

    /// Whether a number falls into the segment when all numbers are spread evenly over the whole load. Their places
    /// are those of the van der Corput sequence, the binary digits of the number behind the point in reverse order, of
    /// which any run covers the load evenly.
    #[must_use]
    pub fn holds(&self, number: u64) -> bool {
        let place = u128::from(number.reverse_bits());
        let reaches =
            |bound: Fraction| place * u128::from(bound.denominator) >= u128::from(bound.numerator) << 64;
        reaches(self.from) && !reaches(self.to)
    }
}

impl FromStr for Segment {
    type Err = InvalidSegment;

    /// Reads `0:1/4`, `1/4` (which starts at 0) and `20%:60%`.
    fn from_str(text: &str) -> Result<Self, InvalidSegment> {
        match text.split_once(':') {
            Some((from, to)) => Self::new(from.parse()?, to.parse()?),
            None => Self::new(Fraction::ZERO, text.parse()?),
        }
    }
}

impl fmt::Display for Segment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.from, self.to)
    }
}

/// How the whole load is cut into segments.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Sequence(Vec<Segment>);

impl Sequence {
    /// The segments in order.
    #[must_use]
    pub fn segments(&self) -> &[Segment] {
        &self.0
    }
}

impl FromStr for Sequence {
    type Err = InvalidSegment;

    /// Reads the cuts, as in `0,1/4,3/4,1`.
    fn from_str(text: &str) -> Result<Self, InvalidSegment> {
        let cuts = text.split(',').map(str::parse).collect::<Result<Vec<Fraction>, _>>()?;
        let segments =
            cuts.windows(2).map(|pair| Segment::new(pair[0], pair[1])).collect::<Result<Vec<_>, _>>()?;
        if segments.is_empty() {
            return Err(InvalidSegment("an execution segment sequence needs at least two points".to_owned()));
        }
        Ok(Self(segments))
    }
}

impl fmt::Display for Sequence {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.0[0].from)?;
        self.0.iter().try_for_each(|segment| write!(f, ",{}", segment.to))
    }
}

/// A segment within its sequence; it decides which users and iterations are an instance's own.
///
/// Numbers are dealt out in rounds of as many as the common denominator: in each round every segment gets
/// its exact share, spread evenly. So any two instances agree without talking to each other.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct SegmentTuple {
    /// Length of a round.
    round: u64,
    /// The places in a round that are this segment's own, ascending.
    own: Vec<u64>,
}

/// The longest round that is dealt out place by place.
const ROUND_MAX: u64 = 1 << 20;

impl SegmentTuple {
    /// The whole load.
    #[must_use]
    pub fn full() -> Self {
        Self { round: 1, own: vec![0] }
    }

    /// A segment of a sequence.
    ///
    /// # Errors
    /// When the sequence does not hold the segment, or its fractions are too fine.
    pub fn new(segment: Segment, sequence: Option<&Sequence>) -> Result<Self, InvalidSegment> {
        let filled;
        let sequence = match sequence {
            Some(sequence) => sequence,
            None => {
                filled = fill(segment);
                &filled
            }
        };
        let place = sequence.0.iter().position(|one| *one == segment).ok_or_else(|| {
            InvalidSegment(format!("couldn't find segment {segment} in sequence {sequence}"))
        })?;
        let round = sequence.0.iter().try_fold(1u64, |round, one| {
            let denominator = Fraction::new(1, one.to.denominator).map_or(1, |_| one.to.denominator);
            lcm(lcm(round, denominator)?, one.from.denominator)
        });
        let round = round.filter(|round| *round <= ROUND_MAX).ok_or_else(|| {
            InvalidSegment(
                "the execution segments' fractions are too fine to be dealt out exactly".to_owned(),
            )
        })?;
        let shares: Vec<u64> =
            sequence.0.iter().map(|one| one.to.floor_of(round) - one.from.floor_of(round)).collect();
        Ok(Self { round, own: deal(round, &shares, place) })
    }

    /// Of `value` users or iterations, how many are this segment's own.
    #[must_use]
    pub fn scale(&self, value: u64) -> u64 {
        let (rounds, rest) = (value / self.round, value % self.round);
        rounds * self.own.len() as u64 + self.own.partition_point(|&place| place < rest) as u64
    }

    /// Which numbers are this segment's own.
    #[must_use]
    pub fn stripe(&self) -> Stripe {
        Stripe { round: self.round, own: self.own.clone() }
    }

    /// This segment's own part of every number, cut into `count` equal parts: one a worker thread.
    #[must_use]
    pub fn split(&self, count: u32) -> Vec<Self> {
        let count = u64::from(count.max(1));
        let size = self.own.len() as u64;
        (0..count)
            .map(|part| {
                let own = (0..size * count)
                    .filter(|index| index % count == part)
                    .map(|index| index / size * self.round + self.own[(index % size) as usize])
                    .collect();
                Self { round: self.round * count, own }
            })
            .collect()
    }
}

/// The whole that a lone segment belongs to: itself and what is left on both sides.
fn fill(segment: Segment) -> Sequence {
    let mut segments = Vec::new();
    if segment.from > Fraction::ZERO {
        segments.push(Segment { from: Fraction::ZERO, to: segment.from });
    }
    segments.push(segment);
    if segment.to < Fraction::ONE {
        segments.push(Segment { from: segment.to, to: Fraction::ONE });
    }
    Sequence(segments)
}

fn lcm(a: u64, b: u64) -> Option<u64> {
    (a / gcd(a, b)).checked_mul(b)
}

/// Deals the places of a round to shares, each as evenly spread as whole places allow; gives those of one.
///
/// At each place the share that is furthest behind its due gets it, the earlier one on a tie. After `n`
/// places no share is more than one away from `n × share / round`, and at the end of a round none is away
/// at all.
fn deal(round: u64, shares: &[u64], wanted: usize) -> Vec<u64> {
    let mut given = vec![0u64; shares.len()];
    let mut own = Vec::new();
    for place in 0..round {
        let mut best = None;
        for (index, (&share, &have)) in shares.iter().zip(&given).enumerate() {
            if have == share {
                continue;
            }
            let due = i128::from(share) * i128::from(place + 1) - i128::from(have) * i128::from(round);
            if best.is_none_or(|(most, _)| due > most) {
                best = Some((due, index));
            }
        }
        let (_, index) = best.expect("the shares of a round add up to its length");
        given[index] += 1;
        if index == wanted {
            own.push(place);
        }
    }
    own
}

/// The numbers that are a segment's own, counted from 0.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Stripe {
    round: u64,
    own: Vec<u64>,
}

impl Stripe {
    /// The stripe of everything.
    #[must_use]
    pub fn full() -> Self {
        SegmentTuple::full().stripe()
    }

    /// The number, among all, of the `local`-th own one.
    #[must_use]
    pub fn global(&self, local: u64) -> u64 {
        let size = self.own.len() as u64;
        if size == 0 {
            return u64::MAX;
        }
        local / size * self.round + self.own[(local % size) as usize]
    }

    /// Whether `global` is one of this stripe's own.
    #[must_use]
    pub fn owns(&self, global: u64) -> bool {
        self.own.binary_search(&(global % self.round)).is_ok()
    }

    /// Whether nothing is this stripe's own.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.own.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn forms() {
        let check = |text: &str, shown: &str| {
            assert_eq!(
                text.parse::<Segment>().map(|segment| segment.to_string()).as_deref(),
                Ok(shown),
                "{text}"
            );
        };
        check("0:1/2", "0:1/2");
        check("1/3", "0:1/3");
        check("0.2:2/3", "1/5:2/3");
        check("10%", "0:1/10");
        for bad in ["", "2", "1/2:1/3", "x", "1/0", "-1"] {
            assert!(bad.parse::<Segment>().is_err(), "{bad}");
        }
    }

    #[test]
    fn half_of_eight_iterations() {
        let tuple =
            SegmentTuple::new("0:1/2".parse().expect("a segment"), None).expect("it is in its own sequence");
        assert_eq!(tuple.scale(8), 4);
        assert_eq!(tuple.scale(4), 2);
        let stripe = tuple.stripe();
        assert_eq!((0..4).map(|local| stripe.global(local)).collect::<Vec<_>>(), [0, 2, 4, 6]);
    }

    proptest! {
        #[test]
        fn every_sequence_gives_exactly_the_whole(
            cuts in proptest::collection::btree_set(1u64..60, 0..5),
            value in 0u64..5_000,
            threads in 1u32..5,
        ) {
            let mut points = vec![Fraction::ZERO];
            points.extend(cuts.iter().filter_map(|cut| Fraction::new(*cut, 60)));
            points.push(Fraction::ONE);
            let segments: Vec<_> =
                points.windows(2).map(|pair| Segment::new(pair[0], pair[1]).expect("in order")).collect();
            let sequence = Sequence(segments.clone());
            let tuples: Vec<_> = segments
                .iter()
                .map(|segment| SegmentTuple::new(*segment, Some(&sequence)).expect("it is there"))
                .collect();
            prop_assert_eq!(tuples.iter().map(|tuple| tuple.scale(value)).sum::<u64>(), value);
            let parts: Vec<_> = tuples.iter().flat_map(|tuple| tuple.split(threads)).collect();
            prop_assert_eq!(parts.iter().map(|part| part.scale(value)).sum::<u64>(), value);
            for number in value..value + 20 {
                prop_assert_eq!(parts.iter().filter(|part| part.stripe().owns(number)).count(), 1);
            }
            for part in &parts {
                let stripe = part.stripe();
                for local in 0..10 {
                    let global = stripe.global(local);
                    prop_assert!(stripe.owns(global));
                    prop_assert_eq!(part.scale(global), local);
                }
            }
        }
    }
}
