//! Events, their listeners, and signals that abort.

use super::{check, run};
use crate::program::folder;

#[test]
fn events_reach_their_listeners() {
    check(
        "const heard = (use) => { const all = []; const t = new EventTarget(); use(t, (e) => all.push(e.type), all); return all; };",
        &[
            (
                "heard((t, f) => { t.addEventListener('a', f); t.addEventListener('a', f); t.dispatchEvent(new Event('a')); t.dispatchEvent(new Event('b')); })",
                r#"["a"]"#,
            ),
            (
                "heard((t, f) => { t.addEventListener('a', f, { once: true }); t.dispatchEvent(new Event('a')); t.dispatchEvent(new Event('a')); })",
                r#"["a"]"#,
            ),
            (
                "heard((t, f) => { t.addEventListener('a', f); t.removeEventListener('a', f); t.dispatchEvent(new Event('a')); })",
                "[]",
            ),
            (
                "heard((t, f, all) => { t.addEventListener('a', { handleEvent(e) { all.push(e.target === t); } }); t.dispatchEvent(new Event('a')); })",
                "[true]",
            ),
            (
                "heard((t, f, all) => { t.addEventListener('a', () => all.push(2)); t.addEventListener('a', () => all.push(1), true); t.dispatchEvent(new Event('a')); })",
                "[1,2]",
            ),
            (
                "heard((t, f) => { t.addEventListener('a', (e) => e.stopImmediatePropagation()); t.addEventListener('a', f); t.dispatchEvent(new Event('a')); })",
                "[]",
            ),
            (
                "heard((t, f) => { const c = new AbortController(); t.addEventListener('a', f, { signal: c.signal }); c.abort(); t.dispatchEvent(new Event('a')); })",
                "[]",
            ),
            (
                "heard((t, f, all) => { t.addEventListener('a', (e) => e.preventDefault()); all.push(t.dispatchEvent(new Event('a', { cancelable: true })), t.dispatchEvent(new Event('a'))); })",
                "[false,true]",
            ),
            (
                "heard((t, f, all) => { t.addEventListener('a', (e) => e.preventDefault(), { passive: true }); all.push(t.dispatchEvent(new Event('a', { cancelable: true }))); })",
                "[true]",
            ),
            ("new CustomEvent('a', { detail: { x: 1 } }).detail", r#"{"x":1}"#),
            (
                "(() => { const e = new Event('a'); const t = new EventTarget(); let said; t.addEventListener('a', () => { try { t.dispatchEvent(e); } catch (f) { said = f.name; } }); t.dispatchEvent(e); return said; })()",
                r#""InvalidStateError""#,
            ),
            ("new EventTarget().dispatchEvent({})", "TypeError: dispatchEvent takes an Event"),
            ("new Event()", "TypeError: an event needs a type"),
            ("[Event.AT_TARGET, new Event('x').isTrusted, new Event('x').timeStamp >= 0]", "[2,false,true]"),
            (
                "(() => { class Own extends EventTarget {} const o = new Own(); let n = 0; o.addEventListener('a', () => n++); o.dispatchEvent(new Event('a')); return n; })()",
                "1",
            ),
            (
                "(() => { const e = new DOMException('m', 'DataCloneError'); return [e instanceof Error, e.code, `${e}`, DOMException.DATA_CLONE_ERR, new DOMException().name]; })()",
                r#"[true,25,"DataCloneError: m",25,"Error"]"#,
            ),
        ],
    );
}

#[test]
fn signals_abort() {
    check(
        "const later = (ms) => new Promise((done) => setTimeout(done, ms));",
        &[
            (
                "(() => { const c = new AbortController(); let n = 0; c.signal.onabort = () => n++; c.signal.addEventListener('abort', (e) => (n += e.isTrusted ? 10 : 0)); c.abort(); c.abort(); return [n, c.signal.aborted, `${c.signal.reason}`]; })()",
                r#"[11,true,"AbortError: This operation was aborted"]"#,
            ),
            ("AbortSignal.abort('why').reason", r#""why""#),
            ("AbortSignal.abort().throwIfAborted()", "AbortError: This operation was aborted"),
            (
                "new AbortSignal()",
                "TypeError: Illegal constructor: an AbortSignal comes from an AbortController",
            ),
            (
                "AbortSignal.timeout(-1)",
                "TypeError: AbortSignal.timeout takes a number of milliseconds from 0",
            ),
            (
                "(async () => { const s = AbortSignal.timeout(5); await later(50); return [s.aborted, s.reason.name]; })()",
                r#"[true,"TimeoutError"]"#,
            ),
            (
                "(() => { const c = new AbortController(); const any = AbortSignal.any([c.signal, AbortSignal.timeout(1e6)]); c.abort(7); return [any.aborted, any.reason]; })()",
                "[true,7]",
            ),
            ("AbortSignal.any([AbortSignal.abort(1), AbortSignal.abort(2)]).reason", "1"),
            ("AbortSignal.any([]).aborted", "false"),
            ("AbortSignal.any([1])", "TypeError: AbortSignal.any takes signals"),
        ],
    );
}

/// A signal with a deadline does not keep its iteration from ending, and what a listener throws fails it.
#[test]
fn iterations_end_without_their_deadlines_and_fail_with_their_listeners() {
    let folder = folder();
    let script = "export default function () { AbortSignal.timeout(60000); console.log('done'); }";
    let (code, log) = run(
        folder.path(),
        script,
        "",
        &["--summary-mode", "disabled", "--duration", "30s", "--iterations", "1"],
    );
    assert_eq!((code, log.as_str()), (0, "done\n"));
    let script = "export default function () {
        const t = new EventTarget();
        t.addEventListener('a', () => { throw new Error('from a listener'); });
        t.addEventListener('a', () => console.log('the next one'));
        t.dispatchEvent(new Event('a'));
        console.log('and the script');
    }";
    let (code, log) = run(folder.path(), script, "", &["--summary-mode", "disabled"]);
    assert_eq!(code, 0, "{log}");
    let lines: Vec<&str> = log.lines().collect();
    assert_eq!(&lines[..2], ["the next one", "and the script"]);
    assert!(lines[2].contains("Uncaught (in promise) Error: from a listener"), "{log}");
    assert!(log.contains("t.js:3:") && !log.contains("null"), "{log}");
}
