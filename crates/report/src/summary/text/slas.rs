//! The section on SLAs: a verdict and its evidence each.

use super::Page;
use crate::format::percent;
use crate::summary::slas::{SlaVerdict, Slas};

impl Page<'_> {
    pub(super) fn slas(&mut self, slas: &Slas) {
        self.section("SLAS");
        for one in &slas.standings {
            let ink = self.ink;
            let verdict = match one.verdict {
                SlaVerdict::Pass => format!("{} PASS", ink.mark(true)),
                SlaVerdict::Fail => format!("{} FAIL", ink.mark(false)),
                SlaVerdict::Inconclusive => "? INCONCLUSIVE".to_owned(),
            };
            self.lines.push(format!("    {verdict} '{}' {}", one.sla, ink.cyan(&one.measured())));
            self.lines.push(format!("      {} {}", ink.faint("↳"), one.evidence(percent)));
            for note in one.notes(slas.until_decided, self.summary.trust.trusted) {
                self.lines.push(format!("      {}", ink.faint(&note)));
            }
        }
        let early = if slas.ended_early { "; the run ended early, because they are decided" } else { "" };
        self.gap();
        self.lines.push(format!("    at {} confidence each{early}", percent(slas.confidence)));
        self.gap();
    }
}
