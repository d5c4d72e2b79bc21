//! What the users of one worker thread share: the recorder, the network, interned names.

use std::cell::RefCell;
use std::rc::Rc;
use std::sync::Arc;

use metrics::{HttpTags, Recorder, Sym, TagKeys, TagSetId};

use crate::test::Shared;

/// The services of one worker thread.
pub(crate) struct ScriptWorker {
    pub(crate) recorder: Rc<RefCell<Recorder>>,
    pub(crate) net: Rc<net::Worker>,
    pub(crate) keys: TagKeys,
    /// The tag sets of recent requests.
    pub(crate) http_tags: RefCell<HttpTags>,
    /// The tags that the run's options put on every sample.
    pub(crate) run_tags: TagSetId,
}

impl ScriptWorker {
    /// The services of the thread that owns `recorder`.
    pub(crate) fn new(shared: &Arc<Shared>, recorder: Rc<RefCell<Recorder>>) -> Rc<Self> {
        let keys = TagKeys::new(&mut recorder.borrow_mut());
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
        let http_tags = RefCell::new(HttpTags::new(shared.run().system_tags));
        Rc::new(Self { recorder, net, keys, http_tags, run_tags })
    }

    /// The interned form of a status, without making text of one that was seen before.
    pub(crate) fn status_sym(&self, recorder: &mut Recorder, status: u16) -> Sym {
        self.http_tags.borrow_mut().status(recorder, status)
    }
}
