//! Modules imported from the network by the real binary, from a server on this machine.

mod program;

use std::io::{BufRead, BufReader, Write};
use std::net::{TcpListener, TcpStream};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use program::{plimsoll, said, write};

/// A server of modules, gone when dropped.
struct Server {
    base: String,
    over: Arc<AtomicBool>,
    thread: Option<std::thread::JoinHandle<()>>,
}

impl Server {
    fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
        let base = format!("http://{}", listener.local_addr().expect("it is bound"));
        let over = Arc::new(AtomicBool::new(false));
        let told = Arc::clone(&over);
        let thread = std::thread::spawn(move || {
            for stream in listener.incoming() {
                if told.load(Ordering::SeqCst) {
                    return;
                }
                answer(stream.expect("a client"));
            }
        });
        Self { base, over, thread: Some(thread) }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.over.store(true, Ordering::SeqCst);
        let _ = TcpStream::connect(self.base.trim_start_matches("http://"));
        let _ = self.thread.take().map(std::thread::JoinHandle::join);
    }
}

fn answer(mut stream: TcpStream) {
    let mut lines = BufReader::new(stream.try_clone().expect("a handle")).lines().map_while(Result::ok);
    let first = lines.next().unwrap_or_default();
    let _ = lines.find(String::is_empty);
    let (status, head, body) = match first.split(' ').nth(1).unwrap_or_default() {
        "/lib/a.js" => ("200 OK", "", "import { b } from './b.ts?v=1'; export const a = b(20);"),
        "/lib/b.ts?v=1" => ("200 OK", "", "export const b = (n: number): number => n * 2 + 2;"),
        "/moved.js" => ("302 Found", "Location: /c.js\r\n", ""),
        "/c.js" => ("200 OK", "", "exports.c = 7;"),
        "/main.ts" => (
            "200 OK",
            "",
            "import { a } from './lib/a.js';\nconst text: string = open('./data.txt');\n\
             export const options = { iterations: 2 };\nexport default (): void => { console.log('main', a, text); throw new Error('no'); }",
        ),
        _ => ("404 Not Found", "", "nothing"),
    };
    let length = body.len();
    let text =
        format!("HTTP/1.1 {status}\r\n{head}Content-Length: {length}\r\nConnection: close\r\n\r\n{body}");
    let _ = stream.write_all(text.as_bytes());
}

/// Runs the program in `folder`; exit status and log.
fn logged(folder: &Path, args: &[&str]) -> (i32, String) {
    let (code, _, log) = said(&mut plimsoll(folder, args));
    (code, log)
}

fn script(folder: &Path, text: &str) {
    write(folder, "t.js", text);
}

#[test]
fn modules_are_fetched_kept_and_packed() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let folder = folder.path();
    let server = Server::start();
    let base = server.base.clone();
    let text = format!(
        "import {{ a }} from '{base}/lib/a.js'; import {{ c }} from '{base}/moved.js';
         export default () => console.log('got', a, c);"
    );
    script(folder, &text);
    let check = |args: &[&str], wanted: &[&str]| {
        let (code, log) = logged(folder, args);
        assert!(code == 0 && wanted.iter().all(|part| log.contains(part)), "{args:?}: {code}: {log}");
    };
    check(&["run", "-q", "t.js"], &["got 42 7"]);
    check(&["archive", "t.js"], &[]);
    drop(server);
    check(&["run", "-q", "t.js"], &["got 42 7", "could not be fetched, the copy of"]);
    check(&["run", "-q", "--offline", "t.js"], &["got 42 7"]);
    std::fs::remove_dir_all(folder.join(".cache")).expect("copies were kept");
    check(&["run", "-q", "archive.tar"], &["got 42 7"]);
    let (code, log) = logged(folder, &["run", "-q", "--offline", "t.js"]);
    assert!(
        code == 107 && log.contains("there is no copy of it") && log.contains("--offline"),
        "{code} {log}"
    );
}

#[test]
fn failures_name_the_address_and_the_reason() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let server = Server::start();
    let check = |address: &str, reason: &str| {
        script(folder.path(), &format!("import '{address}'; export default () => {{}};"));
        let (code, log) = logged(folder.path(), &["run", "-q", "t.js"]);
        assert!(code == 107 && log.contains(address) && log.contains(reason), "{address}: {code} {log}");
    };
    check(&format!("{}/none.js", server.base), "status 404");
    check("http://127.0.0.1:1/a.js", "refused");
    check("http://h.test/a.js", "only supported schemes for imports are file and https");
}

#[test]
fn the_main_script_may_be_on_the_network() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let folder = folder.path();
    write(folder, "data.txt", "of here");
    let server = Server::start();
    let main = format!("{}/main.ts", server.base);
    let (code, log) = logged(folder, &["run", "-q", &main]);
    assert_eq!((code, log.matches("main 42 of here").count()), (0, 2), "{log}");
    assert!(log.contains(&format!("{main}:4:")), "{log}");
    let (code, log) = logged(folder, &["run", "-q", &format!("{}/none.js", server.base)]);
    assert!(code == 107 && log.contains("none.js") && log.contains("status 404"), "{code} {log}");
    let (code, log) = logged(folder, &["run", "-q", "http://h.test/a.js"]);
    assert!(code != 0 && log.contains("only supported schemes"), "{code} {log}");
}
