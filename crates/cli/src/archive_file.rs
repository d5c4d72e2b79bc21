//! An archive: a script with everything it opens and imports, its options and environment, in one tar file.
//!
//! The layout is k6's, so that archives go both ways: `metadata.json`, the main script as `data`, files of the disk
//! below `file/`, files of the network below `https/`, of servers on
//! the same machine below `http/`.

use std::collections::BTreeMap;
use std::io::Read;
use std::sync::Arc;

use serde_json::{Map, Value, json};

/// What an archive holds.
#[derive(Clone, PartialEq, Debug)]
pub struct Archive {
    /// The address of the main script, such as `file:///tests/shop.js`.
    pub main: String,
    /// The folder in which the script was packed, as an address.
    pub folder: String,
    /// The main script.
    pub script: Arc<[u8]>,
    /// All files by address.
    pub files: BTreeMap<String, Arc<[u8]>>,
    /// The options, merged at the time of packing.
    pub options: Value,
    /// The environment of the script.
    pub env: BTreeMap<String, String>,
}

/// Whether these bytes begin a tar file.
#[must_use]
pub fn is_archive(bytes: &[u8]) -> bool {
    bytes.get(257..262) == Some(b"ustar")
}

impl Archive {
    /// The tar file.
    ///
    /// # Errors
    /// When a name does not fit into a tar file.
    pub fn pack(&self) -> std::io::Result<Vec<u8>> {
        let metadata = json!({
            "type": "js",
            "options": self.options,
            "filename": anonymous(&self.main),
            "pwd": anonymous(&self.folder),
            "env": self.env,
            "compatibilityMode": "extended",
            "k6version": crate::cmd::K6_COMPATIBLE,
            "goos": std::env::consts::OS,
        });
        let mut tar = tar::Builder::new(Vec::new());
        append(&mut tar, "metadata.json", serde_json::to_string_pretty(&metadata)?.as_bytes())?;
        append(&mut tar, "data", &self.script)?;
        let main = (self.main.clone(), self.script.clone());
        let files = self.files.iter().map(|(address, bytes)| (address.clone(), bytes.clone()));
        let all: BTreeMap<String, Arc<[u8]>> = files.chain([main]).collect();
        for (address, bytes) in all {
            if let Some(name) = entry_name(&anonymous(&address)) {
                append(&mut tar, &name, &bytes)?;
            }
        }
        tar.into_inner()
    }

    /// Reads a tar file.
    ///
    /// # Errors
    /// The sentence for the user when it is not an archive of a script.
    pub fn unpack(bytes: &[u8]) -> Result<Self, String> {
        let mut entries = entries(bytes).map_err(|e| format!("the archive cannot be read: {e}"))?;
        let metadata = entries.remove("metadata.json").ok_or("the archive has no metadata.json")?;
        let metadata: Map<String, Value> =
            serde_json::from_slice(&metadata).map_err(|e| format!("metadata.json of the archive: {e}"))?;
        let text = |key: &str| metadata.get(key).and_then(Value::as_str).unwrap_or_default().to_owned();
        if text("type") != "js" {
            return Err(format!("the archive holds a test of the unknown type {:?}", text("type")));
        }
        let env = metadata.get("env").and_then(Value::as_object).into_iter().flatten();
        let script = entries.remove("data").ok_or("the archive has no script")?;
        Ok(Self {
            main: text("filename"),
            folder: text("pwd"),
            script,
            files: entries.into_iter().filter_map(|(name, bytes)| Some((address(&name)?, bytes))).collect(),
            options: metadata.get("options").cloned().unwrap_or(Value::Null),
            env: env.filter_map(|(name, value)| Some((name.clone(), value.as_str()?.to_owned()))).collect(),
        })
    }
}

fn append(tar: &mut tar::Builder<Vec<u8>>, name: &str, bytes: &[u8]) -> std::io::Result<()> {
    let mut header = tar::Header::new_gnu();
    header.set_size(bytes.len() as u64);
    header.set_mode(0o644);
    tar.append_data(&mut header, name, bytes)
}

fn entries(bytes: &[u8]) -> std::io::Result<BTreeMap<String, Arc<[u8]>>> {
    let mut entries = BTreeMap::new();
    for entry in tar::Archive::new(bytes).entries()? {
        let mut entry = entry?;
        if !entry.header().entry_type().is_file() {
            continue;
        }
        let name = entry.path()?.to_string_lossy().into_owned();
        let mut content = Vec::new();
        entry.read_to_end(&mut content)?;
        entries.insert(name, content.into());
    }
    Ok(entries)
}

/// `file:///a/b.js` is packed as `file/a/b.js`, `https://host/c.js` as `https/host/c.js`.
fn entry_name(address: &str) -> Option<String> {
    let (scheme, path) = address.split_once("://")?;
    let path = path.trim_start_matches('/');
    let known = matches!(scheme, "file" | "http" | "https") && !path.is_empty();
    known.then(|| format!("{scheme}/{path}"))
}

fn address(name: &str) -> Option<String> {
    let (scheme, path) = name.split_once('/')?;
    match scheme {
        "file" => Some(format!("file:///{path}")),
        "http" | "https" => Some(format!("{scheme}://{path}")),
        _ => None,
    }
}

/// Names of people do not leave the machine: their home folder becomes that of nobody.
fn anonymous(address: &str) -> String {
    for folder in ["/home", "/Users"] {
        let start = format!("file://{folder}/");
        if let Some((_, rest)) = address.strip_prefix(&start).and_then(|rest| rest.split_once('/')) {
            return format!("{start}nobody/{rest}");
        }
    }
    address.to_owned()
}

/// What holds for any archive; the fuzz target calls it.
#[cfg(any(test, feature = "fuzzing"))]
pub mod fuzzing {
    use super::Archive;

    /// Any bytes are an archive or a sentence; an archive that is packed again says the same.
    pub fn archive(input: &[u8]) {
        let _ = super::is_archive(input);
        let Ok(first) = Archive::unpack(input) else { return };
        // A name such as `file/../x` is read, but nobody writes it.
        let Ok(packed) = first.pack() else { return };
        assert!(super::is_archive(&packed));
        let second = Archive::unpack(&packed).expect("what was packed is an archive");
        assert_eq!(
            (&second.script, &second.env, &second.options),
            (&first.script, &first.env, &first.options)
        );
        // Names of files are written in one way only, and the main script is among them.
        let again = second.pack().expect("it was packed once");
        assert_eq!(Archive::unpack(&again).expect("what was packed is an archive"), second);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn seeds_and_findings_hold() {
        let fuzz = concat!(env!("CARGO_MANIFEST_DIR"), "/../../fuzz");
        let mut inputs = 0;
        for folder in ["seeds", "found"] {
            let Ok(files) = std::fs::read_dir(format!("{fuzz}/{folder}/archive")) else { continue };
            for file in files {
                let input = std::fs::read(file.expect("it is listed").path()).expect("it is readable");
                fuzzing::archive(&input);
                inputs += 1;
            }
        }
        assert!(inputs > 0, "there is nothing to replay");
    }

    fn archive() -> Archive {
        let bytes = |text: &str| Arc::from(text.as_bytes());
        Archive {
            main: "file:///tests/main.js".to_owned(),
            folder: "file:///tests".to_owned(),
            script: bytes("export default function () {}"),
            files: BTreeMap::from([
                ("file:///tests/main.js".to_owned(), bytes("export default function () {}")),
                ("file:///tests/deep/data.json".to_owned(), bytes("[]")),
                ("https://example.com/lib.js".to_owned(), bytes("export {}")),
                ("http://127.0.0.1:8080/lib.ts?v=1".to_owned(), bytes("export {}")),
            ]),
            options: json!({"vus": 2}),
            env: BTreeMap::from([("A".to_owned(), "b".to_owned())]),
        }
    }

    #[test]
    fn an_archive_comes_back_as_it_went() {
        let packed = archive().pack().unwrap();
        assert!(is_archive(&packed) && !is_archive(b"export default function () {}"));
        assert_eq!(Archive::unpack(&packed).unwrap(), archive());
    }

    #[test]
    fn names_of_people_are_left_out() {
        let own = ["/home", "/Users"].map(|folder| format!("file://{folder}/"));
        for home in own {
            assert_eq!(anonymous(&format!("{home}me/a.js")), format!("{home}nobody/a.js"));
        }
        assert_eq!(anonymous("file:///tests/a.js"), "file:///tests/a.js");
    }

    #[test]
    fn what_is_no_archive_is_refused() {
        assert!(Archive::unpack(b"").unwrap_err().contains("metadata.json"));
        assert!(Archive::unpack(&[1; 600]).is_err());
    }
}
