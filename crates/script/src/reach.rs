//! Which language features a program can reach, so that its users need not hold the others.
//!
//! Each feature costs every user kilobytes. A feature is left out only when none of its names occurs anywhere
//! in the program's modules, and nothing occurs by which a name could be made up.

use std::collections::HashSet;

use crate::ffi::Intrinsics;
use crate::modules::web::NAMES;

/// Words by which a program could reach anything.
const OPEN_DOORS: [&str; 8] =
    ["globalThis", "global", "eval", "Function", "constructor", "require", "Reflect", "window"];
const TYPED_ARRAYS: [&str; 20] = [
    "ArrayBuffer",
    "SharedArrayBuffer",
    "DataView",
    "Atomics",
    "Int8Array",
    "Uint8Array",
    "Uint8ClampedArray",
    "Int16Array",
    "Uint16Array",
    "Int32Array",
    "Uint32Array",
    "BigInt64Array",
    "BigUint64Array",
    "Float16Array",
    "Float32Array",
    "Float64Array",
    // What the host hands out buffers for.
    "compression",
    "responseType",
    "open",
    "file",
];
const PROXY: [&str; 4] = ["Proxy", "exec", "SharedArray", "execution"];
const MAP_SET: [&str; 5] = ["Map", "Set", "WeakMap", "WeakSet", "groupBy"];
const WEAK_REF: [&str; 2] = ["WeakRef", "FinalizationRegistry"];
const DATE: [&str; 1] = ["Date"];
const COMMONJS: [&str; 2] = ["module", "exports"];
/// Modules of the host that hand out buffers or proxies.
const HEAVY_MODULES: [&str; 6] = ["crypto", "encoding", "data", "websockets", "ws", "experimental"];

/// The features that modules with these sources can reach.
pub(crate) fn features<'a>(sources: impl IntoIterator<Item = &'a [u8]>) -> Intrinsics {
    let mut words: HashSet<&[u8]> = HashSet::new();
    for source in sources {
        words.extend(source.split(|byte| !(byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'$'))));
    }
    let any = |names: &[&str]| names.iter().any(|name| words.contains(name.as_bytes()));
    if any(&OPEN_DOORS) || any(&HEAVY_MODULES) || any(&NAMES) {
        return Intrinsics::ALL;
    }
    Intrinsics {
        typed_arrays: any(&TYPED_ARRAYS),
        proxy: any(&PROXY),
        map_set: any(&MAP_SET),
        weak_ref: any(&WEAK_REF),
        date: any(&DATE),
        web_globals: false,
        commonjs_names: any(&COMMONJS),
        ..Intrinsics::ALL
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_cannot_be_named_is_left_out() {
        let of = |source: &str| features([source.as_bytes()]);
        let plain = of("import http from 'k6/http'; export default () => http.get('http://h/').json('ok');");
        assert!(!plain.typed_arrays && !plain.proxy && !plain.map_set && !plain.date && !plain.web_globals);
        assert!(plain.promise && plain.regexp);
        assert!(of("new Map()").map_set);
        assert!(of("Date.now()").date);
        assert!(of("const b = open('f', 'b');").typed_arrays);
        assert!(of("import exec from 'k6/execution';").proxy);
        assert!(!plain.commonjs_names && of("typeof module").commonjs_names);
        assert!(of("new TextEncoder()").web_globals);
        assert_eq!(of("globalThis['Da' + 'te']"), Intrinsics::ALL);
        assert_eq!(of("[].constructor.constructor('x')()"), Intrinsics::ALL);
        assert_eq!(of("import { b64decode } from 'k6/encoding';"), Intrinsics::ALL);
    }
}
