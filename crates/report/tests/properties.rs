//! What holds for every value and width, not just for chosen ones.

use proptest::prelude::*;

use metrics::Contains;
use plimsoll_report::format::{TimeUnit, bytes, duration, number, percent};
use plimsoll_report::summary::{Mode, Style, Summary, View, text};

#[path = "support/shop.rs"]
mod shop;

proptest! {
    #[test]
    fn numbers_read_back_to_six_decimals(value in -1e9..1e9) {
        let back: f64 = number(value).parse().expect("a number");
        prop_assert!((back - value).abs() <= 0.5e-6 + value.abs() * 1e-15);
    }

    #[test]
    fn a_percentage_never_says_more_than_there_is(passes in 0_u64..1_000_000, more in 1_u64..1_000_000) {
        let share = passes as f64 / (passes + more) as f64;
        let shown: f64 = percent(share).trim_end_matches('%').parse().expect("a number");
        prop_assert!(shown < 100.0 && shown <= share * 100.0 + 1e-9 && share * 100.0 < shown + 0.01 + 1e-9);
    }

    #[test]
    fn quantities_are_never_empty_or_padded(value in any::<f64>()) {
        for unit in [TimeUnit::Auto, TimeUnit::Seconds, TimeUnit::Millis, TimeUnit::Micros] {
            let shown = duration(value, unit);
            prop_assert!(!shown.is_empty() && shown == shown.trim(), "{shown:?}");
        }
        prop_assert!(!number(value).is_empty() && !bytes(value).is_empty());
    }

    #[test]
    fn wrapping_loses_nothing(width in 1_usize..200) {
        let shop = shop::shop();
        let words = |width| {
            let text = text(&shop, Mode::Full, Style { width, ..Style::default() });
            text.split_whitespace().map(str::to_owned).collect::<Vec<_>>()
        };
        prop_assert_eq!(words(Some(width)), words(None));
    }

    #[test]
    fn rows_keep_to_the_width_where_one_value_fits(width in 60_usize..200, samples in prop::collection::vec(0.0..1e7, 1..5)) {
        let metric = shop::metric("http_req_duration", Contains::Time, shop::trend(&samples));
        let summary = Summary { total: View { metrics: vec![metric], ..View::default() }, ..Summary::default() };
        let text = text(&summary, Mode::Compact, Style { width: Some(width), ..Style::default() });
        for line in text.lines() {
            prop_assert!(line.chars().count() <= width, "{}", line);
        }
    }
}
