//! Files, as scripts read and write them.
//!
//! Main function: [`call`].

use serde_json::{Value, json};

use super::calls::{Host, hex, text, unhex};

/// Does what a call of the area `files` says.
///
/// # Errors
/// With Java's words, for files that cannot be read or written.
pub fn call(host: &Host<'_, '_>, what: &str, args: &[Value]) -> Result<Value, String> {
    let path = std::path::PathBuf::from(text(args, 0));
    let io = |error: std::io::Error| match error.kind() {
        std::io::ErrorKind::NotFound => {
            format!("java.io.FileNotFoundException: {} (No such file or directory)", path.display())
        }
        _ => format!("java.io.IOException: {}: {error}", path.display()),
    };
    Ok(match what {
        "base" => host.user.shared.folder.display().to_string().into(),
        "script" => host.user.shared.file_name.as_str().into(),
        "read" => match std::fs::read(&path) {
            Ok(bytes) => hex(&bytes).into(),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Value::Null,
            Err(error) => return Err(io(error)),
        },
        "write" => {
            use std::io::Write;
            let append = args.get(2) == Some(&Value::Bool(true));
            let mut options = std::fs::OpenOptions::new();
            let file = options.create(true).write(true).append(append).truncate(!append).open(&path);
            file.and_then(|mut file| file.write_all(&unhex(&text(args, 1)))).map_err(io)?;
            Value::Null
        }
        "info" => {
            let meta = std::fs::metadata(&path).ok();
            let changed = meta.as_ref().and_then(|meta| meta.modified().ok());
            let changed = changed.and_then(|time| time.duration_since(std::time::UNIX_EPOCH).ok());
            let absolute = std::path::absolute(&path).unwrap_or_else(|_| path.clone());
            json!({
                "exists": meta.is_some(),
                "directory": meta.as_ref().is_some_and(std::fs::Metadata::is_dir),
                "size": meta.as_ref().map_or(0, std::fs::Metadata::len),
                "modified": changed.map_or(0, |since| since.as_millis() as i64),
                "absolute": absolute.display().to_string(),
            })
        }
        "mkdirs" => (!path.exists() && std::fs::create_dir_all(&path).is_ok()).into(),
        "delete" => (std::fs::remove_file(&path).is_ok() || std::fs::remove_dir(&path).is_ok()).into(),
        "rename" => std::fs::rename(&path, text(args, 1)).is_ok().into(),
        "list" => match std::fs::read_dir(&path) {
            Ok(list) => {
                let mut names: Vec<String> =
                    list.flatten().map(|entry| entry.file_name().to_string_lossy().into_owned()).collect();
                names.sort();
                names.into()
            }
            Err(_) => Value::Null,
        },
        _ => Value::Null,
    })
}
