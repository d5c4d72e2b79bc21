//! Numbers and dates in words: `Intl`, and the methods that write for a language.

use super::check;

#[test]
fn numbers_are_written_in_english() {
    check(
        "const N = (value, options) => new Intl.NumberFormat('en-US', options).format(value);
         const $ = (value, options) => N(value, { style: 'currency', currency: 'USD', ...options });",
        &[
            ("(1234567.891).toLocaleString()", r#""1234567.891""#),
            ("(1234567.891).toLocaleString('en-US')", r#""1,234,567.891""#),
            (
                "(0.256).toLocaleString(undefined, { style: 'percent', maximumFractionDigits: 1 })",
                r#""25.6%""#,
            ),
            (
                "[N(0), N(-0), N(NaN), N(-Infinity), N(1234.5678), N(1e21), N(12345678901234567890n)]",
                r#"["0","-0","NaN","-∞","1,234.568","1,000,000,000,000,000,000,000","12,345,678,901,234,567,890"]"#,
            ),
            (
                "[N(1.5, { minimumFractionDigits: 2 }), N(2.5, { maximumFractionDigits: 0 }), N(1234.5, { useGrouping: false }), N(5, { minimumIntegerDigits: 2 })]",
                r#"["1.50","3","1234.5","05"]"#,
            ),
            (
                "[N(123456, { maximumSignificantDigits: 3 }), N(0.000123, { maximumSignificantDigits: 2 }), N(5, { minimumSignificantDigits: 3 })]",
                r#"["123,000","0.00012","5.00"]"#,
            ),
            (
                "[$(1234.5), $(-1.5), $(-1.5, { currencySign: 'accounting' }), $(1, { currency: 'JPY' }), $(1, { currency: 'CHF' }), $(2, { currencyDisplay: 'name' })]",
                r#"["$1,234.50","-$1.50","($1.50)","¥1","CHF 1.00","2.00 US dollars"]"#,
            ),
            ("[5, -5, 0].map((v) => N(v, { signDisplay: 'exceptZero' }))", r#"["+5","-5","0"]"#),
            (
                "[0, 12, 999, 999.6, 1000, 1234, 12345, 999499, 999999, 1234567, 1.5e9].map((v) => N(v, { notation: 'compact' }))",
                r#"["0","12","999","1K","1K","1.2K","12K","999K","1M","1.2M","1.5B"]"#,
            ),
            ("N(1234, { notation: 'compact', compactDisplay: 'long' })", r#""1.2 thousand""#),
            (
                "new Intl.NumberFormat('en').formatToParts(-1234.5).map((p) => p.type)",
                r#"["minusSign","integer","group","integer","decimal","fraction"]"#,
            ),
            ("Intl.NumberFormat('de').resolvedOptions().locale", r#""en-US""#),
            ("$(1, { currency: undefined })", "TypeError: a style of currency needs a currency"),
            (
                "N(1, { style: 'unit' })",
                "RangeError: 'unit' is out of range for style: decimal, percent, currency",
            ),
            (
                "N(1, { minimumFractionDigits: 101 })",
                "RangeError: minimumFractionDigits is 0 to 100, not 101",
            ),
            (
                "Intl.getCanonicalLocales(['EN-us', 'zh-hans-cn', 'en-US', 'de-u-CO-phonebk'])",
                r#"["en-US","zh-Hans-CN","de-u-co-phonebk"]"#,
            ),
            ("new Intl.NumberFormat('x')", "RangeError: Incorrect locale information provided: 'x'"),
            (
                "[1, 2, 3, 4, 11, 21, 112, 113].map((n) => new Intl.PluralRules('en', { type: 'ordinal' }).select(n))",
                r#"["one","two","few","other","other","one","other","other"]"#,
            ),
            (
                "[0, 1, 1.5, 2].map((n) => new Intl.PluralRules('en').select(n))",
                r#"["other","one","other","other"]"#,
            ),
        ],
    );
}

#[test]
fn dates_are_written_in_english() {
    check(
        "const d = new Date(Date.UTC(2024, 1, 29, 13, 4, 5, 6));
         const D = (options) => new Intl.DateTimeFormat('en-US', { timeZone: 'UTC', ...options }).format(d);",
        &[
            (
                "[d.toLocaleString(), d.toLocaleDateString(), d.toLocaleTimeString()]",
                r#"["02/29/2024, 13:04:05","02/29/2024","13:04:05"]"#,
            ),
            (
                "[d.toLocaleString('en-US'), d.toLocaleDateString('en-US'), d.toLocaleTimeString('en-US')]",
                r#"["2/29/2024, 1:04:05 PM","2/29/2024","1:04:05 PM"]"#,
            ),
            (
                "d.toLocaleDateString('en-US', { weekday: 'long', year: 'numeric', month: 'long', day: 'numeric' })",
                r#""Thursday, February 29, 2024""#,
            ),
            ("d.toLocaleTimeString('en-US', { hour: '2-digit', minute: '2-digit' })", r#""01:04 PM""#),
            (
                "d.toLocaleString('en-US', { timeZone: '-05:00', timeZoneName: 'short' })",
                r#""2/29/2024, 8:04:05 AM GMT-5""#,
            ),
            (
                "[new Date(NaN).toLocaleString('en'), new Date(NaN).toLocaleString()]",
                r#"["Invalid Date","Invalid Date"]"#,
            ),
            (
                "['full', 'long', 'medium', 'short'].map((s) => D({ dateStyle: s, timeStyle: s }))",
                r#"["Thursday, February 29, 2024 at 1:04:05 PM Coordinated Universal Time","February 29, 2024 at 1:04:05 PM UTC","Feb 29, 2024, 1:04:05 PM","2/29/24, 1:04 PM"]"#,
            ),
            (
                "[D(), D({ hour: 'numeric' }), D({ hour: '2-digit', minute: '2-digit', hour12: false }), D({ month: 'long' })]",
                r#"["2/29/2024","1 PM","13:04","February"]"#,
            ),
            (
                "[D({ month: 'short', day: 'numeric' }), D({ weekday: 'short', month: 'numeric', day: 'numeric' }), D({ month: 'long', year: 'numeric' })]",
                r#"["Feb 29","Thu, 2/29","February 2024"]"#,
            ),
            (
                "[D({ year: 'numeric', month: '2-digit', day: '2-digit' }), D({ second: 'numeric', fractionalSecondDigits: 3 })]",
                r#"["02/29/2024","5.006"]"#,
            ),
            ("D({ timeZone: '+05:30', timeStyle: 'long' })", r#""6:34:05 PM GMT+5:30""#),
            ("Intl.DateTimeFormat().resolvedOptions().timeZone", r#""UTC""#),
            (
                "D({ timeZone: 'Nowhere/X' })",
                "RangeError: time zone 'Nowhere/X' is not offered: there are UTC, offsets such as +05:30 and the machine's own",
            ),
            (
                "D({ dateStyle: 'full', hour: 'numeric' })",
                "TypeError: dateStyle and timeStyle go without single fields",
            ),
            ("Intl.DateTimeFormat().format(NaN)", "RangeError: Invalid time value"),
            ("Date.prototype.toLocaleString.call({})", "TypeError: not a Date object"),
        ],
    );
}
