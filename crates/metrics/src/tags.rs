//! Interned tags: names, values and whole sets are small numbers that compare as integers.

use std::sync::Arc;

use rustc_hash::FxHashMap;

/// An interned text.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct Sym(pub(crate) u32);

/// An interned set of tags; the default is the empty one.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Default, Debug)]
pub struct TagSetId(pub(crate) u32);

/// A set of tags as text, sorted by name.
pub type Tags = Arc<[(Arc<str>, Arc<str>)]>;

/// Texts and tag sets of one worker.
pub(crate) struct Interner {
    texts: Vec<Arc<str>>,
    by_text: FxHashMap<Arc<str>, Sym>,
    sets: Vec<Box<[(Sym, Sym)]>>,
    by_set: FxHashMap<Box<[(Sym, Sym)]>, TagSetId>,
    /// The set that another becomes by one more tag, so that a request's tags cost a lookup each.
    steps: FxHashMap<(TagSetId, Sym, Sym), TagSetId>,
    limit: usize,
    /// Sets that were folded because of the limit.
    pub(crate) folded: u64,
}

impl Interner {
    pub(crate) fn new(limit: usize) -> Self {
        let mut interner = Self {
            texts: Vec::new(),
            by_text: FxHashMap::default(),
            sets: Vec::new(),
            by_set: FxHashMap::default(),
            steps: FxHashMap::default(),
            limit,
            folded: 0,
        };
        interner.set(&[]);
        interner
    }

    pub(crate) fn sym(&mut self, text: &str) -> Sym {
        if let Some(&known) = self.by_text.get(text) {
            return known;
        }
        let sym = Sym(u32::try_from(self.texts.len()).expect("fewer texts than 2^32"));
        let text: Arc<str> = text.into();
        self.texts.push(text.clone());
        self.by_text.insert(text, sym);
        sym
    }

    pub(crate) fn text(&self, sym: Sym) -> &str {
        &self.texts[sym.0 as usize]
    }

    pub(crate) fn set(&mut self, pairs: &[(Sym, Sym)]) -> TagSetId {
        let mut sorted: Vec<(Sym, Sym)> = Vec::with_capacity(pairs.len());
        for &(key, value) in pairs {
            match sorted.binary_search_by_key(&key, |pair| pair.0) {
                Ok(at) => sorted[at].1 = value,
                Err(at) => sorted.insert(at, (key, value)),
            }
        }
        self.sorted_set(sorted.into_boxed_slice())
    }

    fn sorted_set(&mut self, pairs: Box<[(Sym, Sym)]>) -> TagSetId {
        if let Some(&known) = self.by_set.get(&pairs) {
            return known;
        }
        let id = TagSetId(u32::try_from(self.sets.len()).expect("the number of sets is limited"));
        self.sets.push(pairs.clone());
        self.by_set.insert(pairs, id);
        id
    }

    pub(crate) fn with(&mut self, base: TagSetId, key: Sym, value: Sym) -> TagSetId {
        if let Some(&known) = self.steps.get(&(base, key, value)) {
            return known;
        }
        let mut pairs = self.sets[base.0 as usize].to_vec();
        match pairs.binary_search_by_key(&key, |pair| pair.0) {
            Ok(at) => pairs[at].1 = value,
            Err(at) => pairs.insert(at, (key, value)),
        }
        let pairs = pairs.into_boxed_slice();
        if self.sets.len() >= self.limit && !self.by_set.contains_key(&pairs) {
            return self.fold(base, key, value);
        }
        let id = self.sorted_set(pairs);
        self.steps.insert((base, key, value), id);
        id
    }

    /// Past the limit a new value counts as `other`, so that memory stays bounded.
    fn fold(&mut self, base: TagSetId, key: Sym, value: Sym) -> TagSetId {
        let other = self.sym("other");
        if value == other {
            // Even the folded set would be new: the tag is left out.
            return base;
        }
        self.folded += 1;
        let mut pairs = self.sets[base.0 as usize].to_vec();
        match pairs.binary_search_by_key(&key, |pair| pair.0) {
            Ok(at) => pairs[at].1 = other,
            Err(at) => pairs.insert(at, (key, other)),
        }
        self.sorted_set(pairs.into_boxed_slice())
    }

    pub(crate) fn without(&mut self, base: TagSetId, key: Sym) -> TagSetId {
        let pairs: Box<[_]> =
            self.sets[base.0 as usize].iter().copied().filter(|pair| pair.0 != key).collect();
        self.sorted_set(pairs)
    }

    pub(crate) fn pairs(&self, set: TagSetId) -> &[(Sym, Sym)] {
        &self.sets[set.0 as usize]
    }

    pub(crate) fn len(&self) -> usize {
        self.sets.len()
    }

    /// A set as text, sorted by name.
    pub(crate) fn resolve(&self, set: TagSetId) -> Tags {
        self.resolve_pairs(self.pairs(set))
    }

    pub(crate) fn resolve_pairs(&self, pairs: &[(Sym, Sym)]) -> Tags {
        let text = |sym: Sym| self.texts[sym.0 as usize].clone();
        let mut tags: Vec<_> = pairs.iter().map(|&(key, value)| (text(key), text(value))).collect();
        tags.sort();
        tags.into()
    }
}
