//! The critical path: traces whose answer was worked out by hand, and what must hold of any trace.

use std::collections::BTreeMap;

use plimsoll_stats::critical::{Span, Step, path};
use plimsoll_stats::rng::Random;

/// A trace written as `NAME START-END`, behind the root with `<PARENT`; the first is the root.
fn trace(text: &str) -> (Vec<&str>, Vec<Span>) {
    let mut names: Vec<&str> = Vec::new();
    let mut spans = Vec::new();
    for part in text.split(", ") {
        let (who, when) = part.split_once(' ').expect("a name and times");
        let (name, parent) = who.split_once('<').map_or((who, None), |(name, parent)| (name, Some(parent)));
        let parent =
            parent.map(|wanted| names.iter().position(|name| *name == wanted).expect("it was named"));
        let (start, end) = when.split_once('-').expect("two times");
        let time = |text: &str| text.parse().expect("a number");
        names.push(name);
        spans.push(Span { parent, start_ns: time(start), end_ns: time(end) });
    }
    (names, spans)
}

/// Checks whose time the root was: `NAME OWN`, of the spans on the path.
#[track_caller]
fn check(text: &str, expected: &str) {
    let (names, spans) = trace(text);
    let found = path(&spans, 0);
    let found: BTreeMap<&str, i64> = found.steps.iter().map(|step| (names[step.span], step.own_ns)).collect();
    let expected: BTreeMap<&str, i64> = expected
        .split(", ")
        .map(|part| part.split_once(' ').expect("a name and a time"))
        .map(|(name, own)| (name, own.parse().expect("a number")))
        .collect();
    assert_eq!(found, expected, "{text}");
    assert_eq!(expected.values().sum::<i64>(), spans[0].end_ns - spans[0].start_ns, "{text}");
}

#[test]
fn calls_one_after_the_other() {
    check("web 0-90", "web 90");
    check("web 0-90, db<web 20-50", "web 60, db 30");
    check("web 5-95, db<web 5-95", "web 0, db 90");
    check("web 0-90, db<web 0-40, mail<web 40-90", "web 0, db 40, mail 50");
    check("web 0-90, db<web 10-30, mail<web 35-75", "web 30, db 20, mail 40");
    check("web 0-90, mail<web 35-75, db<web 10-30", "web 30, db 20, mail 40");
    check("web 0-300, a<web 20-60, b<web 90-140, c<web 170-260", "web 120, a 40, b 50, c 90");
}

#[test]
fn calls_below_each_other() {
    check("web 0-90, cart<web 10-80, db<cart 20-50", "web 20, cart 40, db 30");
    check("web 0-90, cart<web 10-80, db<cart 10-80, disk<db 10-80", "web 20, cart 0, db 0, disk 70");
    check(
        "web 0-200, cart<web 10-90, db<cart 20-40, log<cart 50-80, pay<web 100-190, bank<pay 110-180",
        "web 30, cart 30, db 20, log 30, pay 20, bank 70",
    );
}

#[test]
fn of_calls_at_the_same_time_the_last_to_return_counts() {
    check("web 0-90, a<web 10-40, b<web 10-70", "web 30, b 60");
    check("web 0-90, a<web 10-80, b<web 30-70", "web 20, a 70");
    check("web 0-90, a<web 10-60, b<web 50-80", "web 60, b 30");
    // The children of a call that is not on the path are not on it.
    check("web 0-90, a<web 10-40, db<a 15-35, b<web 10-70", "web 30, b 60");
    // Two rounds of two calls each.
    check("web 0-200, a<web 10-50, b<web 10-60, c<web 80-150, d<web 80-120", "web 80, b 50, c 70");
    // A call that spans both rounds hides neither of them when it returns before the last does.
    check("web 0-200, a<web 10-60, long<web 20-110, c<web 80-150", "web 80, a 50, c 70");
    // Of those that return together, the one that began first.
    check("web 0-90, late<web 60-80, early<web 20-80", "web 30, early 60");
}

#[test]
fn a_hundredth_of_the_parent_may_overlap() {
    check("web 0-1000, a<web 100-305, b<web 300-600", "web 495, a 205, b 300");
    check("web 0-1000, a<web 100-310, b<web 300-600", "web 490, a 210, b 300");
    check("web 0-1000, a<web 100-311, b<web 300-600", "web 700, b 300");
    check("web 0-10000, a<web 100-3101, b<web 3000-6000", "web 7000, b 3000");
    // Of the parent as it was clipped, not as it said.
    check("web 0-500, x<web 0-1000, a<x 100-305, b<x 300-400", "web 0, x 195, a 205, b 100");
    check("web 0-400, x<web 0-1000, a<x 100-305, b<x 300-400", "web 0, x 300, b 100");
    // Something else begins or ends in the overlap: this one may not have been waited for.
    check("web 0-1000, a<web 100-305, c<web 302-340, b<web 300-600", "web 700, b 300");
    check("web 0-1000, a<web 100-305, c<web 200-303, b<web 300-600", "web 597, c 103, b 300");
    // One that ended exactly then was waited for, and one that begins exactly then waited, too.
    check("web 0-1000, a<web 100-305, c<web 200-300, b<web 300-600", "web 600, c 100, b 300");
    check("web 0-1000, a<web 100-305, c<web 300-400, b<web 300-600", "web 495, a 205, b 300");
    // One that begins together with the other, or after it, ran at its side, however short it is.
    check("web 0-1000, a<web 300-305, b<web 300-600", "web 700, b 300");
    check("web 0-1000, a<web 301-305, b<web 300-310", "web 990, b 10");
    // The overlaps of a chain together are more than the parent has to give: 1 at the end of each but the last.
    check("web 0-100, a<web 0-34, b<web 33-67, c<web 66-100", "web 0, a 33, b 33, c 34");
    check("web 0-102, a<web 0-34, b<web 33-67, c<web 66-100", "web 0, a 34, b 34, c 34");
}

#[test]
fn children_are_clipped_and_those_outside_left_out() {
    check("web 0-90, a<web 40-150", "web 40, a 50");
    check("web 50-90, a<web 20-70", "web 20, a 20");
    check("web 50-90, a<web 0-200", "web 0, a 40");
    check("web 0-90, a<web 100-150", "web 90");
    check("web 50-90, a<web 10-40", "web 40");
    check("web 50-90, a<web 10-50, b<web 90-95", "web 40");
    // The child of one that is left out is left out, even though it would fit.
    check("web 0-90, a<web 100-150, db<a 20-60", "web 90");
    // A grandchild is clipped to what is left of its parent.
    check("web 0-90, a<web 40-150, db<a 60-120, disk<db 100-110", "web 40, a 20, db 30");
    check("web 0-90, a<web 20-60, db<a 0-200", "web 50, a 0, db 40");
}

#[test]
fn spans_without_length_stand_where_they_are() {
    check("web 10-10", "web 0");
    check("web 0-90, flag<web 30-30", "web 90, flag 0");
    check("web 0-90, flag<web 30-30, a<web 30-60", "web 60, flag 0, a 30");
    check("web 10-10, a<web 10-10, b<web 0-20", "web 0, a 0");
}

#[test]
fn what_was_changed_is_counted() {
    let (_, spans) = trace("web 0-90, a<web 40-150, b<web 95-99, c<web 10-30, d<c 0-5");
    let found = path(&spans, 0);
    assert_eq!((found.clipped, found.outside), (1, 2));
}

#[test]
fn parents_may_be_wrong_in_any_way() {
    let span = |parent: Option<usize>, start_ns: i64, end_ns: i64| Span { parent, start_ns, end_ns };
    let check = |spans: &[Span], root: usize, expected: &[(usize, i64)]| {
        let steps: Vec<(usize, i64)> =
            path(spans, root).steps.iter().map(|step| (step.span, step.own_ns)).collect();
        assert_eq!(steps, expected, "{spans:?}");
    };
    // Parents of one another, of itself, and one that is not there.
    check(&[span(None, 0, 9), span(Some(2), 1, 5), span(Some(1), 1, 5)], 0, &[(0, 9)]);
    check(&[span(Some(0), 0, 9)], 0, &[(0, 9)]);
    check(&[span(None, 0, 9), span(Some(7), 1, 5)], 0, &[(0, 9)]);
    check(&[span(Some(1), 0, 9), span(Some(0), 1, 5)], 0, &[(0, 5), (1, 4)]);
    // The whole range of time.
    check(&[span(None, i64::MIN / 2, i64::MAX / 2), span(Some(0), 0, 1)], 0, &[(0, i64::MAX - 1), (1, 1)]);
}

#[test]
fn depth_and_breadth_have_no_limit() {
    const MANY: usize = 100_000;
    let length = 2 * MANY as i64;
    let deep: Vec<Span> = (0..MANY)
        .map(|at| Span { parent: at.checked_sub(1), start_ns: at as i64, end_ns: length - at as i64 })
        .collect();
    let found = path(&deep, 0).steps;
    assert_eq!(found.len(), MANY);
    assert!(found[..MANY - 1].iter().all(|step| step.own_ns == 2));
    let wide: Vec<Span> = (0..MANY)
        .map(|at| match at {
            0 => Span { parent: None, start_ns: 0, end_ns: length },
            _ => Span { parent: Some(0), start_ns: 2 * at as i64, end_ns: 2 * at as i64 + 1 },
        })
        .collect();
    let found = path(&wide, 0).steps;
    assert_eq!((found.len(), found[0].own_ns), (MANY, length - (MANY as i64 - 1)));
}

/// A tree of spans that fit loosely: some outlive their parent, some miss it, some take no time.
fn random(random: &mut Random) -> Vec<Span> {
    let count = 1 + random.below(40);
    let scale = [10, 100, 10_000, 1_000_000_000][random.below(4)];
    let mut spans = vec![Span { parent: None, start_ns: 0, end_ns: random.below(scale) as i64 }];
    while spans.len() < count {
        let at = random.below(spans.len());
        let Span { start_ns, end_ns, .. } = spans[at];
        let room = (end_ns - start_ns + 1) as usize;
        let start = start_ns + random.below(room + room / 8 + 1) as i64 - (room / 16) as i64;
        let longest = room / (1 + random.below(6));
        let length = random.below(longest + 1) as i64;
        // Some follow right behind another, give or take a little.
        let start = match spans.iter().rev().find(|other| other.parent == Some(at)) {
            Some(other) if random.below(2) == 0 => other.end_ns - random.below(1 + room / 80) as i64,
            _ => start,
        };
        spans.push(Span { parent: Some(at), start_ns: start, end_ns: start + length });
    }
    spans
}

#[test]
fn own_times_add_up_to_the_root() {
    let mut source = Random::new(28);
    for round in 0..20_000 {
        let spans = random(&mut source);
        let found = path(&spans, 0).steps;
        let sum: i64 = found.iter().map(|step| step.own_ns).sum();
        assert_eq!(sum, spans[0].end_ns, "round {round}: {spans:?}");
        let place: BTreeMap<usize, &Step> = found.iter().map(|step| (step.span, step)).collect();
        assert_eq!(place.len(), found.len(), "round {round}: a span is on the path once");
        for step in &found {
            assert!(step.own_ns >= 0 && step.start_ns <= step.end_ns, "round {round}: {step:?} in {spans:?}");
            if let Some(parent) = spans[step.span].parent {
                let parent = place[&parent];
                assert!(parent.start_ns <= step.start_ns && step.end_ns <= parent.end_ns, "round {round}");
            }
        }
    }
}
