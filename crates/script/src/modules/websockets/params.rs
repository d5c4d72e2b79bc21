//! The `params` of both modules: headers, tags, jar, compression.

use rquickjs::Value;

use crate::error;
use crate::ffi::Call;
use crate::modules::http::{self, Fault, HttpState, SharedJar};
use crate::modules::tags;

/// What the `params` of a connection said.
pub(in crate::modules) struct Params {
    pub(in crate::modules) headers: Vec<(String, String)>,
    pub(in crate::modules) tags: Vec<(String, String)>,
    pub(in crate::modules) jar: SharedJar,
    pub(in crate::modules) compression: bool,
}

impl Params {
    /// Reads `value`. A `strict` reader refuses members that it does not know.
    ///
    /// # Errors
    /// What the script's own code threw, or the message of what is to be thrown.
    pub(in crate::modules) fn parse<'js>(
        call: &Call<'js>,
        value: &Value<'js>,
        strict: bool,
    ) -> Result<Self, Fault> {
        let mut params = Self {
            headers: Vec::new(),
            tags: Vec::new(),
            jar: HttpState::of(call.host).jar.borrow().clone(),
            compression: false,
        };
        let Some(object) = value.as_object() else { return Ok(params) };
        for entry in object.props::<String, Value<'js>>() {
            let (name, value) = entry?;
            let missing = value.is_undefined() || value.is_null();
            match name.as_str() {
                "headers" if !missing => params.headers = http::headers_of(&value)?,
                "tags" if !missing => {
                    let pairs = tags::pairs(&value)?;
                    params.tags =
                        pairs.map_err(|message| format!("invalid ws.connect() metric tags: {message}"))?;
                }
                "jar" => {
                    if let Some(jar) = http::jar_of(call.host, &value) {
                        params.jar = jar;
                    }
                }
                "compression" if !missing => {
                    params.compression = match error::try_text_of(&call.ctx, &value)?.trim() {
                        "" => false,
                        "deflate" => true,
                        other => {
                            return Err(Fault::Wrong(format!(
                                "unsupported compression algorithm '{other}', supported algorithm is 'deflate'"
                            )));
                        }
                    };
                }
                "headers" | "tags" | "compression" => {}
                _ if strict => return Err(Fault::Wrong(format!("unknown WebSocket's option {name}"))),
                _ => {}
            }
        }
        Ok(params)
    }
}
