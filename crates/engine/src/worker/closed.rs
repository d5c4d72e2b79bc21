//! Closed-model scenarios: each user starts its next iteration when its last one has ended.
//!
//! [`drive`] lets users in when their stays begin and sees them out when they are over; [`attend`] is one
//! user's stay. A user whose iterations never wait gives way to the others after [`SLICE`].

use std::rc::Rc;
use std::sync::atomic::Ordering::Relaxed;

use model::Nanos;
use tokio::task::{spawn_local, yield_now};

use super::crew::Crew;
use super::watch::Watch;
use crate::executor::Supply;
use crate::plan::Post;
use crate::schedule::Span;
use crate::seat::{Seat, Stint};

/// How long a user may iterate without waiting before the others on its thread have their turn. A turn costs
/// one poll of the sockets, about a microsecond.
const SLICE: Nanos = Nanos(50_000);

/// Runs a closed scenario on this thread to its end.
pub(super) async fn drive(crew: Rc<Crew>, supply: Supply, whole_length: bool) {
    let thread = crew.floor.ctx.index as usize;
    let end = crew.end();
    let mut alarm = crew.floor.time.alarm();
    let mut watch = Watch::default();
    let mut next = 0;
    loop {
        let now = crew.now();
        let posts = if crew.is_aborted() { &[][..] } else { &crew.duty().posts[thread][..] };
        while let Some(post) = posts.get(next).filter(|post| crew.begin + post.stay.from() <= now) {
            let seat = crew.floor.seat(post.vu);
            let stint = Stint(crew.duty().info.index, next as u32);
            watch.add(seat.clone(), stint, crew.begin + post.stay.kill);
            crew.expect();
            spawn_local(attend(crew.clone(), seat, stint, supply));
            next += 1;
        }
        if crew.is_aborted() {
            watch.all_out(now);
        }
        let look = watch.enforce(now);
        let coming = posts.get(next).map_or(Nanos::MAX, |post| crew.begin + post.stay.from());
        let lasts = whole_length && now < end && !crew.is_aborted();
        if crew.live.get() == 0 && coming == Nanos::MAX && !lasts {
            break;
        }
        let until = look.min(coming).min(if lasts { end } else { Nanos::MAX });
        tokio::select! {
            () = alarm.until(until) => {}
            () = crew.bell.notified() => {}
        }
    }
    if let Supply::Shared(all) = supply
        && !crew.is_aborted()
        && crew.now() >= end
    {
        // Whoever takes the counter to its end drops what was left, so threads do not drop it twice.
        let started = crew.state().started.0.fetch_max(all, Relaxed);
        crew.drop_iterations(all.saturating_sub(started));
    }
}

/// One user's stay, from taking its seat to leaving it.
pub(super) async fn attend(crew: Rc<Crew>, seat: Rc<Seat>, stint: Stint, supply: Supply) {
    seat.hold(stint).await;
    crew.state().active_vus.fetch_add(1, Relaxed);
    let post = &crew.duty().posts[crew.floor.ctx.index as usize][stint.1 as usize];
    if !crew.is_aborted() && crew.man(&seat).await {
        iterate(&crew, &seat, post, supply).await;
    }
    crew.state().active_vus.fetch_sub(1, Relaxed);
    seat.leave();
    crew.depart();
}

/// Iterates through all spans of a stay.
async fn iterate(crew: &Crew, seat: &Seat, post: &Post, supply: Supply) {
    let mut done = 0;
    for span in &*post.stay.spans {
        let from = crew.begin + span.from;
        if crew.now() < from {
            seat.unless_told(Box::pin(crew.floor.time.sleep_until(from))).await;
        }
        if !through(crew, seat, span, post, supply, &mut done).await {
            return;
        }
    }
    if let Supply::Each(all) = supply
        && !crew.is_aborted()
    {
        crew.drop_iterations(all - done);
    }
}

/// Iterates through one span; `false` when there is nothing left to do, or nobody to do it.
async fn through(crew: &Crew, seat: &Seat, span: &Span, post: &Post, supply: Supply, done: &mut u64) -> bool {
    let until = crew.begin + span.until;
    let hard_stop = crew.begin + post.stay.kill;
    let mut slice_from = None;
    loop {
        let now = crew.now();
        if now >= until || !seat.may_go_on() || crew.is_aborted() {
            return true;
        }
        let since = *slice_from.get_or_insert(now);
        if now.since(since) >= SLICE {
            yield_now().await;
            slice_from = None;
            continue;
        }
        if crew.floor.ctx.control.is_paused() {
            seat.unless_told(Box::pin(wait_out_pause(crew, until))).await;
            continue;
        }
        let Some(number) = draw(crew, supply, *done) else { return false };
        *done += 1;
        let iteration = crew.iteration(seat, number, None, now, hard_stop);
        let (waited, manned) = crew.iterate(seat, iteration).await;
        if !manned {
            return false;
        }
        if waited {
            slice_from = None;
        }
    }
}

/// The number of the next iteration in this instance, while there is one.
fn draw(crew: &Crew, supply: Supply, done: u64) -> Option<u64> {
    let started = &crew.state().started.0;
    match supply {
        Supply::Endless => Some(started.fetch_add(1, Relaxed)),
        Supply::Each(all) => (done < all).then(|| started.fetch_add(1, Relaxed)),
        Supply::Shared(all) => Some(started.fetch_add(1, Relaxed)).filter(|&number| number < all),
    }
}

/// Waits until the pause is over, or there is nothing left to pause.
async fn wait_out_pause(crew: &Crew, until: Nanos) {
    let control = &crew.floor.ctx.control;
    let mut resumed = std::pin::pin!(control.resumed.notified());
    resumed.as_mut().enable();
    // Looked at again after listening, so that no ringing is missed.
    if control.is_paused() {
        tokio::select! {
            () = resumed => {}
            () = crew.floor.time.sleep_until(until) => {}
        }
    }
}
