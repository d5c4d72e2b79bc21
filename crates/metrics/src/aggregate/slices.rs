//! A metric by slices of time, however long the run: what the intervals of a single run are made of.
//!
//! Main type: `Slices`. There are never more than [`SLICES_MOST`] of them: when time goes past the last one, neighbours
//! become one and each is twice as long. Single values are not kept. What slices say about confidence is not known here.

use super::Merged;
use crate::frame::Part;
use crate::registry::Kind;
use crate::sink::Sink;

/// More slices than this are never kept; half as many and more, once a run was long enough for them.
const SLICES_MOST: usize = 120;

/// The samples of a metric by slices of the run, from the beginning of the load.
pub(super) struct Slices {
    kind: Kind,
    /// Seconds in a slice: a power of two.
    step: u64,
    slices: Vec<Merged>,
}

impl Slices {
    pub const fn new(kind: Kind) -> Self {
        Self { kind, step: 1, slices: Vec::new() }
    }

    /// Adds samples of a second of the run.
    pub fn add(&mut self, part: Part<'_>, second: u64) {
        self.at(second).add(part);
    }

    /// Adds what was merged of a second of the run.
    pub fn merge(&mut self, samples: &Merged, second: u64) {
        self.at(second).merge(samples);
    }

    /// All slices in their order; those without samples are empty.
    pub fn sinks(&self) -> impl Iterator<Item = &Sink> {
        self.slices.iter().map(Merged::sink)
    }

    fn at(&mut self, second: u64) -> &mut Merged {
        while second / self.step >= SLICES_MOST as u64 {
            self.double();
        }
        let place = (second / self.step) as usize;
        let kind = self.kind;
        if self.slices.len() <= place {
            self.slices.resize_with(place + 1, || Merged::wide(kind));
        }
        &mut self.slices[place]
    }

    /// Makes slices twice as long.
    fn double(&mut self) {
        self.step *= 2;
        let mut old = std::mem::take(&mut self.slices).into_iter();
        while let Some(mut slice) = old.next() {
            if let Some(next) = old.next() {
                slice.merge(&next);
            }
            self.slices.push(slice);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    use crate::sink::Rate;

    #[test]
    fn slices_are_few_and_hold_everything_whatever_the_order() {
        let check = |seconds: &[u64], slices: usize, step: u64| {
            let rate = Rate { nonzero: 1, total: 3 };
            let mut some = Slices::new(Kind::Rate);
            seconds.iter().for_each(|second| some.add(Part::Rate(&rate), *second));
            assert_eq!((some.slices.len(), some.step), (slices, step), "{seconds:?}");
            let totals: u64 = some
                .sinks()
                .map(|sink| match sink {
                    Sink::Rate { total, .. } => *total,
                    _ => 0,
                })
                .sum();
            assert_eq!(totals, 3 * seconds.len() as u64);
            let mut backwards = Slices::new(Kind::Rate);
            seconds.iter().rev().for_each(|second| backwards.add(Part::Rate(&rate), *second));
            assert!(some.sinks().eq(backwards.sinks()));
        };
        check(&[], 0, 1);
        check(&[0, 0, 4], 5, 1);
        check(&(0..120).collect::<Vec<_>>(), 120, 1);
        check(&(0..121).collect::<Vec<_>>(), 61, 2);
        check(&[1, 2, 1_000_000], 62, 16_384);
    }
}
