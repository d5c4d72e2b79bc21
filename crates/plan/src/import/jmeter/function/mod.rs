//! The functions that texts may call: JMeter's own and the popular ones of its plug-ins.
//!
//! Main type: [`Function`], one row of [`FUNCTIONS`] each. A function gets its reference ([`Call`]) and the user.

mod calendar;
mod code;
mod date;
mod files;
mod names;
mod numbers;
mod pattern;
mod texts;
mod values;

use super::text::{Call, Fault};
use super::user::User;

pub use date::now_ms;
pub use files::{LineFile, RowFile};
pub use pattern::{Pattern, format_java, parse_java};
pub(super) use texts::encode_bytes;
pub use texts::{java_decode, java_encode};

/// What a reference remembers from one call to the next.
#[derive(Default, Debug)]
pub struct Memory {
    /// Which file it reads, and the lines that are left.
    pub file: Option<LineFile>,
    /// The number of the file in a sequence of files.
    pub sequence: Option<i64>,
}

/// One function.
pub struct Function {
    /// Its name with the two underscores.
    pub name: &'static str,
    /// Fewest arguments.
    pub min: usize,
    /// Most arguments.
    pub max: usize,
    /// What it does.
    pub run: fn(&Call, &mut User) -> Result<String, Fault>,
    /// What it does, for the documentation; a sentence without a full stop.
    pub does: &'static str,
    /// It comes with a plug-in.
    pub plugin: bool,
}

/// The functions that may look at the last sample.
const LOOK_BACK: [&str; 8] = [
    "__BeanShell",
    "__eval",
    "__evalVar",
    "__groovy",
    "__javaScript",
    "__jexl2",
    "__jexl3",
    "__regexFunction",
];

impl Function {
    /// Whether it may look at the last sample, by itself or in code that it runs.
    #[must_use]
    pub fn looks_back(&self) -> bool {
        LOOK_BACK.contains(&self.name)
    }
}

impl std::fmt::Debug for Function {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.name)
    }
}

/// As many arguments as one likes.
const MANY: usize = usize::MAX;

macro_rules! functions {
    ($kind:expr; $($name:literal $min:literal..=$max:tt $run:path, $does:literal;)*) => {
        &[$(Function { name: $name, min: $min, max: $max, run: $run, does: $does, plugin: $kind }),*]
    };
}

/// JMeter's own functions.
pub const FUNCTIONS: &[Function] = functions! { false;
    "__BeanShell" 1..=2 code::bean_shell, "the value of a BeanShell script, kept in a variable";
    "__CSVRead" 2..=2 files::csv_read, "a column of the user's row of a CSV file; `next` goes on to the next row";
    "__FileToString" 1..=3 files::file_to_string, "the whole text of a file";
    "__P" 1..=2 values::p, "a property, or its default, which is 1 when not given";
    "__Random" 2..=3 numbers::random, "a whole number between two, both included";
    "__RandomDate" 3..=5 date::random_date, "a day between two, the last excluded";
    "__RandomFromMultipleVars" 1..=2 values::random_from_vars, "the value of one of several variables, or of one of their matches";
    "__RandomString" 1..=3 texts::random_string, "letters drawn from a text";
    "__StringFromFile" 1..=4 files::string_from_file, "the next line of a file, from the first again at its end, or of numbered files";
    "__StringToFile" 2..=4 files::string_to_file, "writes or appends a text to a file; true when that worked";
    "__TestPlanName" 0..=0 names::test_plan_name, "the file name of the plan";
    "__UUID" 0..=0 texts::uuid, "a random UUID";
    "__V" 1..=2 values::v, "the value of the variable whose name is the argument";
    "__XPath" 2..=2 files::xpath, "the next match of an XPath expression in a file";
    "__changeCase" 1..=3 texts::change_case, "upper case, lower case or capitalised";
    "__char" 1..=MANY texts::char, "the characters of these numbers";
    "__counter" 1..=2 numbers::counter, "counts its own calls: per user, or of all users together";
    "__dateTimeConvert" 3..=4 date::date_time_convert, "a date from one pattern to another";
    "__digest" 2..=5 texts::digest, "a hash (MD5, SHA-1, SHA-224, SHA-256, SHA-384, SHA-512) in hexadecimal digits";
    "__escapeHtml" 1..=1 texts::escape_html, "a text with HTML entities";
    "__escapeOroRegexpChars" 1..=2 texts::escape_oro, "a text that a regular expression takes to the letter";
    "__escapeXml" 1..=1 texts::escape_xml, "a text with XML entities";
    "__eval" 1..=1 values::eval, "a text whose references are evaluated";
    "__evalVar" 1..=1 values::eval_var, "the value of a variable, with its references evaluated";
    "__groovy" 1..=2 code::groovy, "the value of a Groovy script, kept in a variable";
    "__intSum" 2..=MANY numbers::int_sum, "a sum of 32 bits, which wraps round";
    "__isPropDefined" 1..=1 values::is_prop_defined, "whether a property is there";
    "__isVarDefined" 1..=1 values::is_var_defined, "whether a variable is there";
    "__javaScript" 1..=2 code::java_script, "the value of a JavaScript expression, kept in a variable";
    "__jexl2" 1..=2 code::jexl, "the value of a JEXL expression, kept in a variable";
    "__jexl3" 1..=2 code::jexl, "the value of a JEXL expression, kept in a variable";
    "__log" 1..=4 names::log, "writes its text to the log and returns it";
    "__logn" 1..=3 names::logn, "writes its text to the log and returns nothing";
    "__longSum" 2..=MANY numbers::long_sum, "a sum of 64 bits";
    "__machineIP" 0..=1 names::machine_ip, "the address of this machine";
    "__machineName" 0..=1 names::machine_name, "the name of this machine";
    "__property" 1..=3 values::property, "a property, or its default, which is its name when not given";
    "__regexFunction" 2..=7 texts::regex_function, "matches of a regular expression in the last response or a variable";
    "__samplerName" 0..=1 names::sampler_name, "the name of the sampler that runs";
    "__setProperty" 2..=3 values::set_property, "sets a property; returns its old value if asked to";
    "__split" 2..=3 values::split, "cuts a text into name_1, name_2 and so on";
    "__threadGroupName" 0..=0 names::thread_group_name, "the name of the thread group";
    "__threadNum" 0..=0 names::thread_num, "the user's number within its group, from 1";
    "__time" 0..=2 date::time, "the time in ms since 1970, in seconds (`/1000`) or by a pattern";
    "__timeShift" 3..=5 date::time_shift, "a date moved by an ISO 8601 duration";
    "__unescape" 1..=1 texts::unescape, "a text whose Java escapes are replaced";
    "__unescapeHtml" 1..=1 texts::unescape_html, "a text whose HTML entities are replaced";
    "__urldecode" 1..=1 texts::urldecode, "a text whose percent codes are replaced";
    "__urlencode" 1..=1 texts::urlencode, "a text with percent codes, as in a form";
};

/// Functions of plug-ins.
pub const PLUGIN_FUNCTIONS: &[Function] = functions! { true;
    "__MD5" 1..=2 texts::md5, "the MD5 hash in hexadecimal digits";
    "__base64Decode" 1..=2 texts::base64_decode, "the text of a base64 text";
    "__base64Encode" 1..=2 texts::base64_encode, "a text as base64";
    "__chooseRandom" 2..=MANY texts::choose_random, "one of its arguments; the last one names a variable";
    "__doubleSum" 2..=MANY numbers::double_sum, "a sum of floating point numbers";
    "__env" 1..=3 values::env, "a variable of the environment, or its default";
    "__if" 4..=5 values::choose, "the third argument if the first two are equal, else the fourth";
    "__isDefined" 1..=1 values::is_defined, "1 when a variable is there, else 0";
    "__iterationNum" 0..=0 names::iteration_num, "which iteration of the group runs, from 1";
    "__lowercase" 1..=2 texts::lowercase, "a text in lower case";
    "__strLen" 1..=2 texts::str_len, "how many characters a text has";
    "__strReplace" 3..=4 texts::str_replace, "a text in which one part is replaced by another";
    "__strReplaceRegex" 3..=4 texts::str_replace_regex, "a text in which all matches of a regular expression are replaced; `$1` stands for a group";
    "__substring" 3..=4 texts::substring, "the part of a text from one index up to another";
    "__trim" 1..=2 texts::trim, "a text without white space at its ends";
    "__tstFeedback" 4..=4 numbers::tst_feedback, "how many threads a throughput shaping timer needs";
    "__uppercase" 1..=2 texts::uppercase, "a text in upper case";
};

/// The function of that name, to the letter.
#[must_use]
pub fn find(name: &str) -> Option<&'static Function> {
    let name = name.trim_start();
    if !name.starts_with("__") {
        return None;
    }
    FUNCTIONS.iter().chain(PLUGIN_FUNCTIONS).find(|function| function.name == name)
}

/// A fault with the words of Java.
pub(super) fn fault(text: impl Into<String>) -> Fault {
    Fault(text.into())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::import::jmeter::text::Text;

    #[test]
    fn texts_tell_whether_they_look_back() {
        assert!(LOOK_BACK.iter().all(|name| find(name).is_some()));
        let check = |raw: &str, wanted: bool| {
            let mut found = false;
            Text::parse(raw).unwrap().each_call(&mut |function, _| found |= function.looks_back());
            assert_eq!(found, wanted, "{raw}");
        };
        check("${__groovy(prev.responseCode)}", true);
        check("${__time(${__evalVar(pattern)})}", true);
        check("a ${__jexl3(1 + 1)} b", true);
        check("how __groovy is written", false);
        check("${__time(yyyy)} ${name}", false);
    }

    #[test]
    fn all_forty_nine_are_there() {
        assert_eq!(FUNCTIONS.len(), 49);
        assert!(find("__nope").is_none() && find("P").is_none() && find("__p").is_none());
    }

    /// Rows of expression and value, all for the same user.
    #[test]
    fn functions_say_what_jmeter_says() {
        let mut user = User::for_tests();
        for (name, value) in [("n", "2"), ("a", "x"), ("one", "x"), ("user_2", "bob"), ("tpl", "n=${n}")] {
            user.vars.put(name, value);
        }
        user.shared.set_prop("given", "yes");
        let mut check = |text: &str, wanted: &str| {
            let text = Text::parse(text).unwrap();
            let got =
                text.eval(&mut user).map_or_else(|fault| format!("!{fault}"), std::borrow::Cow::into_owned);
            assert_eq!(got, wanted, "{}", text.raw());
        };
        check("${__P(given)}${__P(miss)}${__P(miss,d)}${__P(miss,)}${__P( given )}", "yes1d1");
        check("${__property(miss)}${__property(miss,,d)}${__property(given,v)}-${v}", "missdyes-yes");
        check("${__V(user_${n})}${__V(nope)}${__V(nope,def)}", "bobnopedef");
        check("${__setProperty(p,1)}${__P(p)}${__setProperty(p,2,true)}${__setProperty(q,2,true)}", "11null");
        check("${__intSum(1,2,3,-4)} ${__intSum(1,2,r)}${r} ${__intSum(5,x)} ${__intSum(1,2 )}", "2 33 5 3");
        check("${__intSum(2147483647,1)} ${__longSum(9999999999,1)}", "-2147483648 10000000000");
        check("${__intSum(1,x,y)}", "!For input string: \"x\"");
        check("${__Random(5,5)}${__Random(7,7,r)}${r}", "577");
        check("${__RandomString(3,z,v)}${v}${__RandomString(0,a)}", "zzzzzz");
        check("${__RandomFromMultipleVars(one|a)}${__RandomFromMultipleVars(nope)}", "x");
        check("${__RandomDate(yyyy-MM-dd,2020-01-01,2020-01-02,,)}", "2020-01-01");
        check("${__counter(FALSE,)}${__counter(TRUE,c)}${c}${__counter(FALSE)}", "1111");
        check("${__split(a|b||c,v,|)}:${v_n}${v_1}${v_2}${v_3}${v_4}${v_5}", "a|b||c:4ab?c${v_5}");
        check(
            "${__changeCase(hello World,UPPER)}${__changeCase(aB,LOWER)}${__changeCase(ab c,CAPITALIZE)}",
            "HELLO WORLDabAb c",
        );
        check("${__changeCase(a)}${__changeCase(hello,BOGUS)}", "Ahello");
        check("${__digest(MD5,abc,,,)}", "900150983cd24fb0d6963f7d28e17f72");
        check("${__digest(BOGUS,x,,,)}", "null");
        check("${__urlencode(a b&c=d/é+%)}", "a+b%26c%3Dd%2F%C3%A9%2B%25");
        check("${__urldecode(a+b%26c%C3%A9)}", "a b&cé");
        check(
            "${__urldecode(%zz)}",
            "!URLDecoder: Illegal hex characters in escape (%) pattern - not a hexadecimal digit: \"z\" = 122",
        );
        check(
            "${__escapeHtml(<a href=\"x\">é & b</a>)}",
            "&lt;a href=&quot;x&quot;&gt;&eacute; &amp; b&lt;/a&gt;",
        );
        check("${__unescapeHtml(&lt;b&gt; &eacute;&amp;&#65;)}", "<b> é&A");
        check("${__escapeXml(<a b='c'>&\"</a>)}", "&lt;a b=&apos;c&apos;&gt;&amp;&quot;&lt;/a&gt;");
        check("${__unescape(a\\\\tb\\\\u0041)}", "a\tbA");
        check("${__char(65,0x42,67)}${__char(xyz)}", "ABC");
        check("${__escapeOroRegexpChars(a.b[c]$d,)}", "a\\.b\\[c\\]\\$d");
        check(
            "${__isVarDefined(n)}${__isVarDefined(nope)}${__isPropDefined(given)}${__isPropDefined(no)}",
            "truefalsetruefalse",
        );
        check("${__eval(x ${tpl} y)}|${__evalVar(tpl)}|${__evalVar(nope)}", "x n=2 y|n=2|");
        check(
            "${__timeShift(yyyy-MM-dd,2020-02-28,P1D,,)}${__timeShift(HH:mm,10:00,PT1H,,)}",
            "2020-02-2911:00",
        );
        check("${__timeShift(EEEE d MMMM yyyy,mardi 5 mars 2019,P1D,fr_FR,)}", "mercredi 6 mars 2019");
        check(
            "${__timeShift(yyyy-MM-dd,2019-03-05,junk,,)}${__timeShift(yyyy-MM-dd,2019-03-05,P1M,,)}",
            "2019-03-052019-03-05",
        );
        check("${__dateTimeConvert(2019-03-05 10:20:30,yyyy-MM-dd HH:mm:ss,dd/MM/yyyy,)}", "05/03/2019");
        check(
            "${__dateTimeConvert(1551780000000,,yyyy,)}${__dateTimeConvert(junk,dd-MM-yyyy,yyyy,)}",
            "2019",
        );
        check("${__time('T''Z')}${__time('x')}", "T'Zx");
        check("${__time(bogus)}", "!Illegal pattern character 'b'");
        check("${__log(a)}${__logn(b)}${__threadNum}", "a0");
        check(
            "${__base64Encode(hi)}${__base64Decode(aGk=)}${__uppercase(a)}${__substring(abcd,1,3)}${__strLen(ab)}",
            "aGk=hiAbc2",
        );
        check("${__if(a,a,y,n)}${__strReplace(abc,b,x)}", "yaxc");
        check("${__strReplaceRegex(a1b22,([a-z])([0-9]+),$2$1-,r)}|${r}", "1a-22b-|1a-22b-");
        check("${__strReplaceRegex(a.b,[.],\\\\$)}${__strReplaceRegex(ab,x,y)}", "a$bab");
        check("${__strReplaceRegex(ab,a,$3)}", "!__strReplaceRegex: No group 3");
    }
}
