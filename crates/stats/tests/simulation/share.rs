//! Shares of seeded repetitions.

use plimsoll_stats::rng::Random;

/// Share of `rounds` repetitions, each with a stream of its own, in which `f` holds.
pub fn share(rounds: u64, seed: u64, mut f: impl FnMut(&mut Random) -> bool) -> f64 {
    let hits =
        (0..rounds).filter(|i| f(&mut Random::new(seed.wrapping_mul(1_000_003).wrapping_add(*i)))).count();
    hits as f64 / rounds as f64
}

/// Fails unless `got` lies within `from..=to`; prints it either way.
#[track_caller]
pub fn within(what: &str, got: f64, from: f64, to: f64) {
    println!("{what}: {got:.4}");
    assert!((from - 1e-9..=to + 1e-9).contains(&got), "{what}: {got:.4} is not in {from}..={to}");
}
