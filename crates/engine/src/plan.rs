//! From scenarios to posts: which virtual user serves which scenario, when, and on which thread.
//!
//! Main types: [`Plan`], what a run is asked to do, and [`Rota`], the same worked out for this instance. Users
//! are numbered so that scenarios that do not overlap share them: the lowest number that is free is taken.
//! User *i* (from 1) lives on thread `(i − 1) mod T`.

use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::sync::{Arc, Mutex, PoisonError};

use metrics::RecorderConfig;
use model::{Nanos, Scenario, SegmentTuple, Stripe};

use crate::control::{Control, ScenarioState};
use crate::executor::{Drive, Stay, Work};
use crate::standby::Standby;
use crate::vu::ScenarioInfo;

/// What a run is asked to do.
#[derive(Clone, Debug)]
pub struct Plan {
    /// The scenarios of the whole test.
    pub scenarios: Vec<Scenario>,
    /// The share of this instance.
    pub segment: SegmentTuple,
    /// Worker threads, at most; fewer are used for fewer users.
    pub threads: usize,
    /// Tags of the whole run, for the samples that the engine itself makes.
    pub tags: Vec<(String, String)>,
    /// Whether those samples carry the tag `scenario`.
    pub scenario_tag: bool,
    /// Whether they carry the number of the scenario's stage.
    pub stage_tag: bool,
    /// Whether the start waits until the pause is lifted.
    pub paused: bool,
    /// What each worker's recorder keeps.
    pub recorder: RecorderConfig,
}

/// One user's stay in one scenario. Times count from the scenario's start.
#[derive(Clone, Debug)]
pub(crate) struct Post {
    pub(crate) vu: u64,
    pub(crate) stay: Stay,
}

/// A scenario as the workers carry it out.
#[derive(Debug)]
pub(crate) struct Duty {
    pub(crate) info: Arc<ScenarioInfo>,
    /// From the run's start.
    pub(crate) begin: Nanos,
    pub(crate) length: Nanos,
    pub(crate) kill: Nanos,
    pub(crate) drive: Drive,
    /// Idle users of an arrival rate.
    pub(crate) standby: Option<Arc<Standby>>,
    /// By worker, in the order of their beginning.
    pub(crate) posts: Vec<Vec<Post>>,
}

/// What every thread of this instance has to do.
#[derive(Debug)]
pub(crate) struct Rota {
    pub(crate) threads: u32,
    /// Users made before the start.
    pub(crate) vus: u64,
    /// Scenarios that have work for this instance, in the plan's order.
    pub(crate) duties: Vec<Duty>,
    pub(crate) stripe: Stripe,
    pub(crate) numbers: Numbers,
    pub(crate) tags: Vec<(String, String)>,
    pub(crate) scenario_tag: bool,
    pub(crate) stage_tag: bool,
}

impl Rota {
    /// Works out the plan, and makes the counters that go with it.
    pub(crate) fn draw_up(plan: &Plan) -> (Self, Control) {
        let works: Vec<Option<Work>> =
            plan.scenarios.iter().map(|scenario| Work::of(scenario, &plan.segment)).collect();
        let vus_max = works.iter().flatten().fold(0u64, |sum, work| sum.saturating_add(work.vus_max()));
        let threads = u32::try_from(plan.threads.max(1) as u64).unwrap_or(u32::MAX);
        let threads = threads.min(u32::try_from(vus_max.max(1)).unwrap_or(u32::MAX));
        let begins: Vec<Nanos> = plan.scenarios.iter().map(|scenario| scenario.start_time.into()).collect();
        let (vus, mut assigned) = assign(&works, &begins);

        let mut states = Vec::new();
        let mut duties = Vec::new();
        for (index, work) in works.into_iter().enumerate() {
            let info = ScenarioInfo::new(index as u32, plan.scenarios[index].clone());
            let Some(work) = work else {
                states.push(ScenarioState::new(Nanos::ZERO, None, None, 0, 0));
                continue;
            };
            let (total, vus_allotted) = (work.total_iterations(), work.stays.len() as u64);
            let standby = match &work.drive {
                Drive::Open { growth, .. } => Some(Arc::new(Standby::new(*growth, threads, &plan.segment))),
                Drive::Closed { .. } => None,
            };
            states.push(ScenarioState::new(work.length, total, standby.clone(), vus_allotted, threads));
            let posts = share_out(work.stays, &std::mem::take(&mut assigned[index]), threads);
            let Work { length, kill, drive, .. } = work;
            let begin = begins[index];
            duties.push(Duty { info: Arc::new(info), begin, length, kill, drive, standby, posts });
        }
        let control = Control::new(states, vus, plan.paused);
        let rota = Self {
            threads,
            vus,
            duties,
            stripe: plan.segment.stripe(),
            numbers: Numbers::after(vus),
            tags: plan.tags.clone(),
            scenario_tag: plan.scenario_tag,
            stage_tag: plan.stage_tag,
        };
        (rota, control)
    }

    /// The thread on which user `vu` (from 1) lives.
    pub(crate) fn thread_of(&self, vu: u64) -> u32 {
        thread_of(vu, self.threads)
    }
}

fn thread_of(vu: u64, threads: u32) -> u32 {
    ((vu - 1) % u64::from(threads)) as u32
}

/// Numbers the user of every stay: `(how many users, numbers by scenario and stay)`.
///
/// Stays are taken in the order of their beginning, and each gets the lowest number that is free, which needs
/// exactly as many users as ever overlap.
fn assign(works: &[Option<Work>], begins: &[Nanos]) -> (u64, Vec<Vec<u64>>) {
    let mut order: Vec<(Nanos, usize, usize)> = Vec::new();
    for (scenario, work) in works.iter().enumerate() {
        let stays = work.iter().flat_map(|work| &work.stays).enumerate();
        order.extend(stays.map(|(nth, stay)| (begins[scenario] + stay.from(), scenario, nth)));
    }
    order.sort_unstable();
    let mut numbers: Vec<Vec<u64>> =
        works.iter().map(|work| vec![0; work.as_ref().map_or(0, |work| work.stays.len())]).collect();
    let mut vus = 0;
    let mut free = BinaryHeap::new();
    let mut taken: BinaryHeap<Reverse<(Nanos, u64)>> = BinaryHeap::new();
    for (from, scenario, nth) in order {
        while let Some(&Reverse((until, vu))) = taken.peek()
            && until <= from
        {
            taken.pop();
            free.push(Reverse(vu));
        }
        let vu = free.pop().map_or_else(
            || {
                vus += 1;
                vus
            },
            |Reverse(vu)| vu,
        );
        let kill = works[scenario].as_ref().map_or(Nanos::ZERO, |work| work.stays[nth].kill);
        taken.push(Reverse((begins[scenario] + kill, vu)));
        numbers[scenario][nth] = vu;
    }
    (vus, numbers)
}

/// Gives each thread the posts of its own users, in the order of their beginning.
fn share_out(stays: Vec<Stay>, numbers: &[u64], threads: u32) -> Vec<Vec<Post>> {
    let mut posts: Vec<Vec<Post>> = vec![Vec::new(); threads as usize];
    for (stay, &vu) in stays.into_iter().zip(numbers) {
        posts[thread_of(vu, threads) as usize].push(Post { vu, stay });
    }
    for posts in &mut posts {
        posts.sort_by_key(|post| post.stay.from());
    }
    posts
}

/// Numbers for users that are made during the run.
#[derive(Debug)]
pub(crate) struct Numbers {
    next: AtomicU64,
    /// Users made during the run whose scenario is over.
    spare: Mutex<Vec<u64>>,
}

impl Numbers {
    fn after(vus: u64) -> Self {
        Self { next: AtomicU64::new(vus + 1), spare: Mutex::default() }
    }

    /// A user that nobody needs any more, or the next new one.
    pub(crate) fn take(&self) -> u64 {
        let spare = self.spare.lock().unwrap_or_else(PoisonError::into_inner).pop();
        spare.unwrap_or_else(|| self.next.fetch_add(1, Relaxed))
    }

    /// Hands back a user that was taken here.
    pub(crate) fn give_back(&self, vu: u64) {
        self.spare.lock().unwrap_or_else(PoisonError::into_inner).push(vu);
    }
}

#[cfg(test)]
mod tests;
