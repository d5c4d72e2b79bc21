//! Code inside plans, driven as a plan drives it: modules, calls, contexts, scripts, limits.

#![expect(clippy::unwrap_used, reason = "what cannot be unwrapped fails the test")]

mod calls;
mod limits;
mod modules;
mod scripts;

use std::future::Future;
use std::path::Path;
use std::rc::Rc;
use std::sync::Arc;
use std::time::Duration;

use model::{Clock, log::Memory};
use plimsoll_script::code::{
    Arg, Code, CodeErrorKind, CodeHost, CodeOptions, CodeWorker, Ending, Fetch, FetchError, FetchRequest,
    FetchResponse, ScriptText, Write,
};
use serde_json::{Value, json};

/// A folder with files, a worker of its code, and what was logged.
struct World {
    folder: tempfile::TempDir,
    worker: CodeWorker,
    log: Arc<Memory>,
}

impl World {
    fn new(files: &[(&str, &str)]) -> Self {
        Self::with(files, |_| ())
    }

    fn with(files: &[(&str, &str)], change: impl FnOnce(&mut CodeOptions)) -> Self {
        let folder = tempfile::tempdir().unwrap();
        for (name, text) in files {
            let path = folder.path().join(name);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, text).unwrap();
        }
        let log = Arc::new(Memory::default());
        let mut options = CodeOptions::new(folder.path(), log.clone(), Clock::start());
        change(&mut options);
        let worker = Code::new(options).worker().unwrap();
        Self { folder, worker, log }
    }

    /// Calls a function of a file and gives its value.
    async fn value(&self, file: &str, function: &str, args: &[Arg<'_>], ending: Ending) -> Option<Value> {
        let module = self.worker.load(Path::new(file)).await.unwrap_or_else(|error| panic!("{error}"));
        let function = self.worker.function(&module, function).unwrap().expect("it is exported");
        let outcome = self.worker.call(&function, args, ending).await;
        outcome.unwrap_or_else(|error| panic!("{error}: {:?}", error.stack)).value
    }

    fn logged(&self) -> Vec<String> {
        self.log.take().into_iter().map(|record| record.message).collect()
    }
}

fn block_on<F: Future>(work: F) -> F::Output {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    tokio::task::LocalSet::new().block_on(&runtime, async {
        tokio::time::timeout(Duration::from_secs(60), work).await.expect("it ends")
    })
}
