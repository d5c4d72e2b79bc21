//! The scripts that are measured.

/// One request with two checks and a look into its JSON.
pub(crate) const REQUEST: &str = r"import http from 'k6/http';
import { check } from 'k6';
export default function () {
  const r = http.get(__ENV.TARGET);
  check(r, { 'status is 200': (r) => r.status === 200, 'is ok': (r) => r.json('ok') === true });
}
";

/// The same, with the program idle for most of the time, so that each user keeps its connection.
pub(crate) const THINKING_REQUEST: &str = r"import http from 'k6/http';
import { check, sleep } from 'k6';
export default function () {
  const r = http.get(__ENV.TARGET);
  check(r, { 'status is 200': (r) => r.status === 200, 'is ok': (r) => r.json('ok') === true });
  sleep(5);
}
";

/// A user that only thinks.
pub(crate) const THINKING: &str = r"import { sleep } from 'k6';
export default function () { sleep(20); }
";

/// Nothing at all.
pub(crate) const NOTHING: &str = "export default function () {}\n";

/// A request, and about a millisecond of work for the CPU.
pub(crate) const BUSY: &str = r"import http from 'k6/http';
export default function () {
  http.get(__ENV.TARGET);
  let x = 0;
  for (let i = 0; i < 12000; i += 1) x = (x * 31 + i) % 1000003;
  if (x < 0) throw new Error('never');
}
";
