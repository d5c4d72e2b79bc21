//! What the users of one worker thread share: the recorder, the network, interned names.

use std::cell::RefCell;
use std::rc::Rc;
use std::sync::Arc;

use metrics::{Recorder, Sym, TagSetId};

use crate::modules::http::labels::HopTags;
use crate::test::Shared;

/// Interned tag names that are on most samples.
pub(crate) struct Keys {
    pub(crate) group: Sym,
    pub(crate) scenario: Sym,
    pub(crate) check: Sym,
    pub(crate) proto: Sym,
    pub(crate) status: Sym,
    pub(crate) method: Sym,
    pub(crate) url: Sym,
    pub(crate) name: Sym,
    pub(crate) error: Sym,
    pub(crate) error_code: Sym,
    pub(crate) tls_version: Sym,
    pub(crate) expected_response: Sym,
    pub(crate) ip: Sym,
    pub(crate) vu: Sym,
    pub(crate) iter: Sym,
    pub(crate) yes: Sym,
    pub(crate) no: Sym,
    pub(crate) empty: Sym,
}

impl Keys {
    fn new(recorder: &mut Recorder) -> Self {
        let mut sym = |name: &str| recorder.sym(name);
        Self {
            group: sym("group"),
            scenario: sym("scenario"),
            check: sym("check"),
            proto: sym("proto"),
            status: sym("status"),
            method: sym("method"),
            url: sym("url"),
            name: sym("name"),
            error: sym("error"),
            error_code: sym("error_code"),
            tls_version: sym("tls_version"),
            expected_response: sym("expected_response"),
            ip: sym("ip"),
            vu: sym("vu"),
            iter: sym("iter"),
            yes: sym("true"),
            no: sym("false"),
            empty: sym(""),
        }
    }
}

/// The services of one worker thread.
pub(crate) struct ScriptWorker {
    pub(crate) recorder: Rc<RefCell<Recorder>>,
    pub(crate) net: Rc<net::Worker>,
    pub(crate) keys: Keys,
    statuses: RefCell<Vec<Option<Sym>>>,
    /// The tag sets of recent requests.
    pub(crate) hop_tags: RefCell<HopTags>,
    /// The tags that the run's options put on every sample.
    pub(crate) run_tags: TagSetId,
}

impl ScriptWorker {
    /// The services of the thread that owns `recorder`.
    pub(crate) fn new(shared: &Arc<Shared>, recorder: Rc<RefCell<Recorder>>) -> Rc<Self> {
        let keys = Keys::new(&mut recorder.borrow_mut());
        let run_tags = {
            let mut recorder = recorder.borrow_mut();
            let pairs: Vec<_> = shared
                .run()
                .tags
                .iter()
                .map(|(key, value)| (recorder.sym(key), recorder.sym(value)))
                .collect();
            recorder.tag_set(&pairs)
        };
        let net = net::Worker::new(shared.run().net.clone());
        let by_remote = shared.run().system_tags.ip;
        Rc::new(Self {
            recorder,
            net,
            keys,
            statuses: RefCell::new(vec![None; 1_000]),
            hop_tags: RefCell::new(HopTags::new(by_remote)),
            run_tags,
        })
    }

    /// The interned form of a status, without making text of one that was seen before.
    pub(crate) fn status_sym(&self, recorder: &mut Recorder, status: u16) -> Sym {
        let mut known = self.statuses.borrow_mut();
        match known.get_mut(usize::from(status)) {
            Some(place) => *place.get_or_insert_with(|| recorder.sym(&status.to_string())),
            None => recorder.sym(&status.to_string()),
        }
    }
}
