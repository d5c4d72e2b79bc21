//! The compiled program: each module's byte code, made once per process and loaded by every user.
//!
//! Which modules a program has is found by running its init code once; what is compiled then is kept, so
//! that a user only evaluates.

mod origin;

use std::collections::{HashMap, HashSet};
use std::sync::{Arc, OnceLock, PoisonError, RwLock};

use rquickjs::loader::{ImportAttributes, Loader, Resolver};
use rquickjs::module::Declared;
use rquickjs::{Ctx, Error as JsError, Exception, Function, Module, Result, WriteOptions};

use crate::code::node;
use crate::error::{Error, ErrorKind};
use crate::imports::Asked;
use crate::places::Place;
use crate::remote::is_remote;
use crate::source::{Source, path_of};
use crate::syntax;
use crate::typescript::{self, Translated};
use crate::{ffi, modules};

/// What stands before the text of a CommonJS module. It stays on the first line, so that line numbers are the
/// file's own.
const COMMONJS_HEAD: &str = "(function(module, exports, require) {";

/// The same for code that was written for Node.js.
const NODE_HEAD: &str = "(function(module, exports, require, __filename, __dirname) {";
/// The same for a module of Node.js that the host has, which gets its functions of the host.
const BUILTIN_HEAD: &str = "(function(module, exports, require, native) {";

/// What the addresses of short scripts begin with; a number and the name that the user knows follow.
pub(crate) const SCRIPT_PREFIX: &str = "plimsoll-script:";

/// Whom a program was written for.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Style {
    /// k6: the host's modules are k6's.
    K6,
    /// Node.js: the host's modules are those of `code::node`.
    Node,
}

/// The modules and files of a test.
pub(crate) struct Program {
    pub(crate) source: Source,
    style: Style,
    modules: RwLock<HashMap<String, Compiled>>,
    /// The names that are imported from each module, once all modules are known: see [`Program::settle`].
    asked: OnceLock<Asked>,
    /// The functions of CommonJS modules, as byte code.
    functions: RwLock<HashMap<String, Arc<[u8]>>>,
    /// Whether the text at an address is an ECMAScript module, rather than CommonJS.
    styles: RwLock<HashMap<String, bool>>,
    files: RwLock<HashMap<String, Arc<[u8]>>>,
    translated: RwLock<HashMap<String, Arc<Translated>>>,
    /// Where something was put into the text of a short script, and how many columns it takes.
    scripts: RwLock<HashMap<String, Vec<(Place, usize)>>>,
    /// Where names are used that nothing declares, by the engine's place and the name: such an error comes again
    /// with every iteration.
    uses: RwLock<HashMap<(String, String), Option<String>>>,
    /// Places whose source line was shown: an iteration fails again and again.
    framed: RwLock<HashSet<String>>,
}

/// A compiled module.
#[derive(Clone)]
struct Compiled {
    code: Arc<[u8]>,
    /// It mentions `import.meta`, which other modules need not have.
    uses_meta: bool,
}

impl Program {
    /// A program whose modules will be read from `source`.
    pub(crate) fn new(source: Source, style: Style) -> Self {
        Self {
            source,
            style,
            modules: RwLock::default(),
            asked: OnceLock::new(),
            functions: RwLock::default(),
            styles: RwLock::default(),
            files: RwLock::default(),
            translated: RwLock::default(),
            scripts: RwLock::default(),
            uses: RwLock::default(),
            framed: RwLock::default(),
        }
    }

    /// The address of the module that the one at `base` calls `name`; the error is the sentence for the user.
    fn find(&self, base: &str, name: &str) -> std::result::Result<String, String> {
        let address = self.source.resolve(base, name).map_err(|error| error.message)?;
        if is_remote(&address) {
            self.file(&address).map_err(|failure| failure.to_string())?;
        } else if address.starts_with("file://") {
            // The message names what the script wrote, not the address it came to.
            self.file(&address).map_err(|_| missing(name))?;
        } else if modules::find(&address).is_none() {
            return Err(modules::unknown(&address));
        }
        Ok(address)
    }

    /// The text of the main script.
    pub(crate) fn main_text(&self) -> std::result::Result<Arc<[u8]>, Error> {
        let main = &self.source.main;
        self.source.read(main).map_err(|failure| {
            let message = if is_remote(main) { failure.to_string() } else { missing(path_of(main)) };
            Error::new(ErrorKind::NotFound, message)
        })
    }

    /// The bytes of a file that the script opens, read once per process.
    pub(crate) fn file(&self, address: &str) -> std::io::Result<Arc<[u8]>> {
        if let Some(bytes) = read(&self.files).get(address) {
            return Ok(bytes.clone());
        }
        let bytes = self.source.read(address)?;
        write(&self.files).insert(address.to_owned(), bytes.clone());
        Ok(bytes)
    }

    /// The addresses and contents of everything the program has read so far, for archives.
    pub(crate) fn opened(&self) -> Vec<(String, Arc<[u8]>)> {
        let mut all: Vec<_> =
            read(&self.files).iter().map(|(name, bytes)| (name.clone(), bytes.clone())).collect();
        all.sort();
        all
    }

    /// What runs of all modules that were compiled, the main script among them: translated where it was not
    /// JavaScript.
    pub(crate) fn sources(&self) -> Vec<Arc<[u8]>> {
        let mut addresses: Vec<String> = read(&self.modules).keys().cloned().collect();
        addresses.extend(read(&self.functions).keys().cloned());
        addresses.push(self.source.main.clone());
        let runs = |address: &String| {
            let text = self.text(address).ok()?;
            Some(crate::jslib::reached(address, &text).map_or(text, |own| Arc::from(own.as_bytes())))
        };
        addresses.iter().filter_map(runs).collect()
    }

    /// All of the program has run once: from now on the wrappers of CommonJS modules export only what is imported
    /// from them, as each export costs every user some 100 bytes.
    pub(crate) fn settle(&self) {
        let mut addresses: HashSet<String> = read(&self.modules).keys().cloned().collect();
        addresses.extend(read(&self.functions).keys().cloned());
        let modules = addresses.iter().map(|address| {
            let text = self.text(address).ok()?;
            Some((address.as_str(), self.is_module(address, &text), text))
        });
        let asked = Asked::of(modules, |base, name| self.source.resolve(base, name).ok());
        let Some(asked) = asked else { return };
        let is_module = |address: &String| read(&self.styles).get(address) == Some(&true);
        write(&self.modules).retain(|address, _| is_module(address) || asked.is_for_all(address));
        let _ = self.asked.set(asked);
    }

    /// Whether `text`, the JavaScript at `address`, is an ECMAScript module; otherwise it is CommonJS.
    pub(crate) fn is_module(&self, address: &str, text: &[u8]) -> bool {
        if let Some(known) = read(&self.styles).get(address) {
            return *known;
        }
        let answer = match self.style {
            Style::Node if address.ends_with(".mjs") => true,
            Style::Node if address.ends_with(".cjs") || address.starts_with(node::PREFIX) => false,
            Style::K6 | Style::Node => syntax::is_module(text),
        };
        write(&self.styles).insert(address.to_owned(), answer);
        answer
    }

    /// Whether functions show their text, which some packages look at. The users of k6 scripts do without, as each
    /// has a copy.
    fn keeps_text(&self, address: &str) -> bool {
        self.style == Style::Node && !address.starts_with(node::PREFIX)
    }

    /// What stands before the text of the CommonJS module at `address`.
    fn head(&self, address: &str) -> &'static str {
        match self.style {
            Style::K6 => COMMONJS_HEAD,
            Style::Node if address.starts_with(node::PREFIX) => BUILTIN_HEAD,
            Style::Node => NODE_HEAD,
        }
    }

    /// The function of the CommonJS module at `address`, which takes `module`, `exports` and `require`.
    pub(crate) fn commonjs<'js>(
        &self,
        context: &Ctx<'js>,
        address: &str,
        text: &[u8],
    ) -> Result<Function<'js>> {
        let known = read(&self.functions).get(address).cloned();
        let code = match known {
            Some(code) => code,
            None => {
                let text = std::str::from_utf8(text)
                    .map_err(|_| Exception::throw_syntax(context, &format!("{address} is not UTF-8 text")))?;
                // Such a first line is for the shell, and is only allowed at the very start.
                let shell = text.starts_with("#!").then(|| text.replacen("#!", "//", 1));
                let text = shell.as_deref().unwrap_or(text);
                let wrapped = format!("{}{text}\n}})", self.head(address));
                let code: Arc<[u8]> =
                    ffi::compile_script(context, address, &wrapped, self.keeps_text(address))?.into();
                write(&self.functions).insert(address.to_owned(), code.clone());
                code
            }
        };
        ffi::run_script(context, &code)?.get()
    }

    /// The module at `address`, compiled now or earlier.
    pub(crate) fn module<'js>(&self, context: &Ctx<'js>, address: &str) -> Result<Module<'js, Declared>> {
        if self.style == Style::K6 && modules::find(address).is_some() {
            return ffi::declare(context, address);
        }
        let known = read(&self.modules).get(address).cloned();
        if let Some(Compiled { code, uses_meta }) = known {
            let module = ffi::load_module(context, &code)?;
            return if uses_meta { self.with_meta(module, address) } else { Ok(module) };
        }
        let text = self.text(address).map_err(|failure| match failure {
            Unusable::Missing => crate::error::throw(context, &missing(path_of(address))),
            Unusable::Unfetched(message) => crate::error::throw(context, &message),
            Unusable::Syntax(message) => Exception::throw_syntax(context, &message),
        })?;
        let is_module = self.is_module(address, &text);
        let module = if is_module {
            compile(context, address, &text)?
        } else {
            let wrapper = self.commonjs_wrapper(context, address, &text)?;
            compile(context, address, wrapper.as_bytes())?
        };
        let options = WriteOptions { strip_source: !self.keeps_text(address), ..WriteOptions::default() };
        let code = ffi::unsummed(module.write(options)?);
        let uses_meta =
            if is_module { syntax::mentions(&text, "import.meta") } else { self.style == Style::Node };
        write(&self.modules).insert(address.to_owned(), Compiled { code: code.into(), uses_meta });
        if uses_meta { self.with_meta(module, address) } else { Ok(module) }
    }

    /// Gives a module its `import.meta`.
    fn with_meta<'js>(&self, module: Module<'js, Declared>, address: &str) -> Result<Module<'js, Declared>> {
        if self.style == Style::Node {
            crate::code::fill_meta(module.ctx(), &module.meta()?, address)?;
        } else if ffi::host(module.ctx()).shared.intrinsics().import_meta {
            let resolve = modules::globals::meta_resolve(module.ctx(), address)?;
            module.meta()?.set("resolve", resolve)?;
        }
        Ok(module)
    }

    /// An ES module that exports what the CommonJS module at `address` exports. The names have to be known before
    /// it is evaluated, so the CommonJS module runs now; the wrapper finds it in the user's cache.
    fn commonjs_wrapper(&self, context: &Ctx<'_>, address: &str, text: &[u8]) -> Result<String> {
        let (exports, mut code) = match self.style {
            Style::K6 => {
                let exports = modules::globals::run_commonjs(context, address, text)?;
                let name = serde_json::Value::from(address);
                let whole = "m != null && m.default !== undefined ? m.default : m";
                (exports, format!("const m = require({name}); export default {whole};\n"))
            }
            Style::Node => {
                let exports = crate::code::require(context, address)?;
                // What was translated from an ECMAScript module says so, and means its default export.
                let whole = "m != null && m.__esModule && m.default !== undefined ? m.default : m";
                (exports, format!("const m = import.meta.commonjs(); export default {whole};\n"))
            }
        };
        let names = exports.as_object().map(|object| object.keys::<String>().collect::<Result<Vec<_>>>());
        for (index, name) in names.transpose()?.unwrap_or_default().into_iter().enumerate() {
            if name != "default" && self.asked.get().is_none_or(|asked| asked.is_for(address, &name)) {
                let quoted = serde_json::Value::from(name);
                code.push_str(&format!("const e{index} = m[{quoted}]; export {{ e{index} as {quoted} }};\n"));
            }
        }
        Ok(code)
    }

    /// The JavaScript of the module at `address`: translated when it is TypeScript or JSON.
    pub(crate) fn text(&self, address: &str) -> std::result::Result<Arc<[u8]>, Unusable> {
        if let (Style::Node, Some(builtin)) = (self.style, address.strip_prefix(node::PREFIX)) {
            let builtin = node::find(builtin).ok_or(Unusable::Missing)?;
            return Ok(builtin.text().into_owned().into_bytes().into());
        }
        let bytes = match self.file(address) {
            Ok(bytes) => bytes,
            Err(failure) if is_remote(address) => return Err(Unusable::Unfetched(failure.to_string())),
            Err(_) => return Err(Unusable::Missing),
        };
        let path = if is_remote(address) { address.split('?').next().unwrap_or(address) } else { address };
        if path.ends_with(".json") {
            return Ok([b"module.exports = ", &*bytes, b";"].concat().into());
        }
        let typed = [".ts", ".mts", ".cts"].iter().any(|ending| path.ends_with(ending));
        if !typed {
            return Ok(bytes);
        }
        if let Some(done) = read(&self.translated).get(address) {
            return Ok(done.code.as_bytes().into());
        }
        let text = std::str::from_utf8(&bytes)
            .map_err(|_| Unusable::Syntax(format!("{address} is not UTF-8 text")))?;
        let done = typescript::translate(address, text).map_err(Unusable::Syntax)?;
        let code = done.code.as_bytes().into();
        write(&self.translated).insert(address.to_owned(), Arc::new(done));
        Ok(code)
    }
}

fn compile<'js>(context: &Ctx<'js>, address: &str, text: &[u8]) -> Result<Module<'js, Declared>> {
    let text = std::str::from_utf8(text)
        .map_err(|_| Exception::throw_syntax(context, &format!("{address} is not UTF-8 text")))?;
    Module::declare(context.clone(), address, text)
}

/// Why a module has no JavaScript to run.
pub(crate) enum Unusable {
    /// There is no such file.
    Missing,
    /// It could not be fetched; the message is for the user.
    Unfetched(String),
    /// It does not parse; the message says where.
    Syntax(String),
}

/// k6's words for a script that is not there.
pub(crate) fn missing(specifier: &str) -> String {
    format!(
        "The moduleSpecifier \"{specifier}\" couldn't be found on local disk. Make sure that you've specified \
         the right path to the file. If you're running k6 using the Docker image make sure you have mounted the \
         local directory (-v /local/path/:/inside/docker/path) containing your script and modules so that \
         they're accessible by k6 from inside of the container, see \
         https://grafana.com/docs/k6/latest/using-k6/modules/#use-modules-with-docker."
    )
}

fn read<T>(lock: &RwLock<T>) -> std::sync::RwLockReadGuard<'_, T> {
    lock.read().unwrap_or_else(PoisonError::into_inner)
}

fn write<T>(lock: &RwLock<T>) -> std::sync::RwLockWriteGuard<'_, T> {
    lock.write().unwrap_or_else(PoisonError::into_inner)
}

/// QuickJS's view of a program.
pub(crate) struct ProgramLoader(pub(crate) Arc<Program>);

impl Resolver for ProgramLoader {
    fn resolve<'js>(
        &mut self,
        context: &Ctx<'js>,
        base: &str,
        name: &str,
        _: Option<ImportAttributes<'js>>,
    ) -> Result<String> {
        self.0.find(base, name).map_err(|message| {
            let place = self.0.request_of(base, name);
            crate::error::throw_at(context, &message, place.as_deref())
        })
    }
}

impl Loader for ProgramLoader {
    fn load<'js>(
        &mut self,
        context: &Ctx<'js>,
        name: &str,
        _: Option<ImportAttributes<'js>>,
    ) -> Result<Module<'js, Declared>> {
        self.0.module(context, name)
    }
}

impl From<Error> for JsError {
    fn from(error: Error) -> Self {
        Self::new_loading(&error.message)
    }
}
