//! Tag sets as numbers: a set is made once, after that adding a tag to it is one look into a table.
//!
//! Main types: [`TagSetId`] and, inside a recorder, `TagSets`. It also keeps a script whose tags have ever new
//! values (addresses with order numbers in them) from filling the memory: past the limit, such values become
//! `other`. Samples are not known here.

use std::hash::{Hash, Hasher};

use rustc_hash::{FxHashMap, FxHasher};
use smallvec::SmallVec;

use crate::sym::Sym;

/// A tag set of one recorder; number 0 is the empty set.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Default, Debug)]
pub struct TagSetId(pub(crate) u32);

impl TagSetId {
    /// The number of the set among those of its recorder.
    #[must_use]
    pub const fn index(self) -> u32 {
        self.0
    }
}

impl TagSetId {
    /// The set without tags.
    pub const EMPTY: Self = Self(0);
}

/// A tag: name and value.
pub(crate) type Pair = (Sym, Sym);

/// Sets on the way to one that samples have: a request's is reached tag by tag.
const SETS_PER_SERIES: usize = 8;
/// A tag with this many values is one whose values are folded when memory gets tight; `status` is not.
const MANY_VALUES: usize = 256;
/// Sets that may still be made past the limit, for folded values and for tags with few values.
const RESERVE: usize = 1024;

/// A step from one set to another: `value` is [`Sym::NONE`] where the tag is taken away.
#[derive(Clone, Copy, PartialEq, Eq)]
struct Step {
    base: TagSetId,
    key: Sym,
    value: Sym,
}

impl Hash for Step {
    fn hash<H: Hasher>(&self, state: &mut H) {
        state.write_u64(u64::from(self.base.0) << 32 | u64::from(self.key.0));
        state.write_u32(self.value.0);
    }
}

/// All tag sets of one recorder.
pub(crate) struct TagSets {
    steps: FxHashMap<Step, TagSetId>,
    /// Where each set's tags lie in `pairs`: start and end.
    spans: Vec<(u32, u32)>,
    pairs: Vec<Pair>,
    /// Sets by the hash of their tags.
    by_hash: FxHashMap<u64, SmallVec<[u32; 2]>>,
    /// The first values of each tag.
    values: FxHashMap<Sym, Vec<Sym>>,
    /// Which sets have samples.
    used: Vec<bool>,
    used_count: usize,
    limit: usize,
    folded: u64,
    scratch: Vec<Pair>,
}

impl TagSets {
    /// Starts folding when `limit` sets have samples.
    pub fn new(limit: usize) -> Self {
        let mut sets = Self {
            steps: FxHashMap::default(),
            spans: Vec::new(),
            pairs: Vec::new(),
            by_hash: FxHashMap::default(),
            values: FxHashMap::default(),
            used: Vec::new(),
            used_count: 0,
            limit: limit.clamp(1, 1 << 24),
            folded: 0,
            scratch: Vec::new(),
        };
        sets.insert(hash_of(&[]), &[]);
        sets
    }

    /// The tags of a set, sorted by symbol.
    pub fn get(&self, set: TagSetId) -> &[Pair] {
        let (start, end) = self.spans[set.0 as usize];
        &self.pairs[start as usize..end as usize]
    }

    /// The set with exactly these tags; of equal names, the last wins.
    pub fn of(&mut self, pairs: &[Pair]) -> TagSetId {
        let mut tags = std::mem::take(&mut self.scratch);
        tags.clear();
        for &(key, value) in pairs {
            place(&mut tags, key, Some(value));
        }
        let hash = hash_of(&tags);
        let set = self.find(hash, &tags).unwrap_or_else(|| {
            if self.is_full() {
                // Tag by tag, so that each is folded or not for itself.
                return tags.iter().fold(TagSetId::EMPTY, |set, tag| self.with(set, tag.0, tag.1));
            }
            self.insert(hash, &tags)
        });
        self.scratch = tags;
        set
    }

    /// `base` with a tag added or replaced.
    #[inline]
    pub fn with(&mut self, base: TagSetId, key: Sym, value: Sym) -> TagSetId {
        match self.steps.get(&Step { base, key, value }) {
            Some(&set) => set,
            None => self.step(base, key, value),
        }
    }

    /// `base` without the tag of this name.
    pub fn without(&mut self, base: TagSetId, key: Sym) -> TagSetId {
        self.with(base, key, Sym::NONE)
    }

    /// Notes that samples have this set.
    pub fn mark_used(&mut self, set: TagSetId) {
        let used = &mut self.used[set.0 as usize];
        self.used_count += usize::from(!*used);
        *used = true;
    }

    /// How often a value was folded or left out.
    pub const fn folded(&self) -> u64 {
        self.folded
    }

    fn is_full(&self) -> bool {
        self.used_count >= self.limit || self.spans.len() >= self.limit * SETS_PER_SERIES
    }

    #[cold]
    fn step(&mut self, base: TagSetId, key: Sym, value: Sym) -> TagSetId {
        let wanted = (value != Sym::NONE).then_some(value);
        let mut tags = std::mem::take(&mut self.scratch);
        let set = self.step_to(&mut tags, base, key, wanted);
        self.scratch = tags;
        match set {
            Some(set) => {
                // Folded values are not remembered: there may be any number of them.
                if self.steps.len() < 2 * self.limit * SETS_PER_SERIES + RESERVE {
                    self.steps.insert(Step { base, key, value }, set);
                }
                set
            }
            None => self.fold(base, key, value),
        }
    }

    /// The set after the step, unless it would be a new one for which there is no room.
    fn step_to(
        &mut self,
        tags: &mut Vec<Pair>,
        base: TagSetId,
        key: Sym,
        value: Option<Sym>,
    ) -> Option<TagSetId> {
        tags.clear();
        tags.extend_from_slice(self.get(base));
        place(tags, key, value);
        let hash = hash_of(tags);
        let found = self.find(hash, tags);
        if found.is_some() || self.is_full() && !self.may_still_insert(key, value) {
            return found;
        }
        Some(self.insert(hash, tags))
    }

    fn fold(&mut self, base: TagSetId, key: Sym, value: Sym) -> TagSetId {
        self.folded += 1;
        if value == Sym::OTHER || value == Sym::NONE {
            return base;
        }
        self.with(base, key, Sym::OTHER)
    }

    /// Past the limit, there is room for tags with few values, and a little more for `other`.
    fn may_still_insert(&self, key: Sym, value: Option<Sym>) -> bool {
        let room = self.limit * SETS_PER_SERIES + self.limit / 4 + RESERVE;
        let Some(value) = value else { return self.spans.len() < room };
        if value == Sym::OTHER {
            return self.spans.len() < room + RESERVE;
        }
        let few = self
            .values
            .get(&key)
            .is_none_or(|values| values.len() < MANY_VALUES.min(self.limit) || values.contains(&value));
        few && self.spans.len() < room
    }

    fn find(&self, hash: u64, tags: &[Pair]) -> Option<TagSetId> {
        let candidates = self.by_hash.get(&hash)?;
        candidates.iter().map(|&set| TagSetId(set)).find(|&set| self.get(set) == tags)
    }

    fn insert(&mut self, hash: u64, tags: &[Pair]) -> TagSetId {
        let set = self.spans.len() as u32;
        let start = self.pairs.len() as u32;
        self.pairs.extend_from_slice(tags);
        self.spans.push((start, self.pairs.len() as u32));
        self.used.push(false);
        self.by_hash.entry(hash).or_default().push(set);
        let many = MANY_VALUES.min(self.limit);
        for &(key, value) in tags {
            let values = self.values.entry(key).or_default();
            if values.len() < many && !values.contains(&value) {
                values.push(value);
            }
        }
        TagSetId(set)
    }
}

/// Puts a tag in its place among sorted tags, or takes it away.
fn place(tags: &mut Vec<Pair>, key: Sym, value: Option<Sym>) {
    match (tags.binary_search_by_key(&key, |tag| tag.0), value) {
        (Ok(at), Some(value)) => tags[at].1 = value,
        (Err(at), Some(value)) => tags.insert(at, (key, value)),
        (Ok(at), None) => drop(tags.remove(at)),
        (Err(_), None) => {}
    }
}

fn hash_of(tags: &[Pair]) -> u64 {
    let mut hasher = FxHasher::default();
    for (key, value) in tags {
        hasher.write_u64(u64::from(key.0) << 32 | u64::from(value.0));
    }
    hasher.finish()
}

#[cfg(test)]
mod tests {
    use super::*;

    const KEY: [Sym; 3] = [Sym(1), Sym(2), Sym(3)];

    #[test]
    fn equal_tags_are_one_set_however_they_came() {
        let mut sets = TagSets::new(100);
        let (a, b) = (Sym(10), Sym(11));
        let at_once = sets.of(&[(KEY[1], b), (KEY[0], b), (KEY[0], a)]);
        let first = sets.with(TagSetId::EMPTY, KEY[1], b);
        let stepwise = sets.with(first, KEY[0], a);
        assert_eq!(at_once, stepwise);
        assert_eq!(sets.get(at_once), &[(KEY[0], a), (KEY[1], b)]);
        assert_eq!(sets.with(stepwise, KEY[0], a), stepwise);
        assert_eq!(sets.without(stepwise, KEY[0]), first);
        assert_eq!(sets.without(first, KEY[2]), first);
        assert_eq!(sets.without(first, KEY[1]), TagSetId::EMPTY);
        assert_eq!(sets.of(&[]), TagSetId::EMPTY);
    }

    #[test]
    fn past_the_limit_values_of_which_there_are_many_become_other() {
        let mut sets = TagSets::new(50);
        let base = sets.with(TagSetId::EMPTY, KEY[0], Sym(10));
        for value in 0..50 {
            let set = sets.with(base, KEY[1], Sym(1000 + value));
            sets.mark_used(set);
        }
        assert_eq!(sets.folded(), 0);
        let folded = sets.with(base, KEY[1], Sym(5000));
        assert_eq!(sets.get(folded), &[(KEY[0], Sym(10)), (KEY[1], Sym::OTHER)]);
        assert_eq!(sets.with(base, KEY[1], Sym(5001)), folded);
        assert_eq!(sets.of(&[(KEY[0], Sym(10)), (KEY[1], Sym(5002))]), folded);
        assert_eq!(sets.folded(), 3);
        let status = sets.with(folded, KEY[2], Sym(7));
        assert_eq!(sets.get(status).len(), 3, "a tag with few values keeps them");
        let known = sets.with(base, KEY[1], Sym(1003));
        assert_eq!(sets.get(known)[1].1, Sym(1003), "known sets stay");
    }

    #[test]
    fn the_number_of_sets_is_bounded_whatever_is_asked_for() {
        let mut sets = TagSets::new(4);
        let mut set = TagSetId::EMPTY;
        for i in 1..20_000_u32 {
            set = sets.with(if i % 7 == 0 { TagSetId::EMPTY } else { set }, Sym(i), Sym(i.wrapping_mul(31)));
        }
        assert!(sets.spans.len() < 4 * SETS_PER_SERIES + 3 * RESERVE, "{}", sets.spans.len());
        assert!(sets.steps.len() <= 8 * SETS_PER_SERIES + RESERVE);
        assert!(sets.folded() > 0);
    }
}
