//! Functions and properties.

use super::super::jmx::*;
use crate::program::shop;

/// Each function: what it gives, by pattern.
const FUNCTIONS: &[(&str, &str)] = &[
    ("${__BeanShell(1+2,bs)} ${bs}", "3 3"),
    ("${__CSVRead(users.csv,0)}", "email"),
    ("${__FileToString(hello.txt)}", "hello"),
    ("${__P(nope,d)} ${__P(nope)}", "d 1"),
    ("${__Random(5,5,r)} ${r}", "5 5"),
    ("${__RandomDate(yyyy-MM-dd,2020-01-01,2020-01-02,,)}", "2020-01-01"),
    ("${__RandomFromMultipleVars(who|who)}", "me"),
    ("${__RandomString(3,a,s)} ${s}", "aaa aaa"),
    ("${__StringFromFile(hello.txt)}", "hello"),
    ("${__StringToFile(out.txt,x,true)}", "true"),
    ("${__TestPlanName}", "p.jmx"),
    ("${__strLen(${__UUID})}", "36"),
    ("${__V(who_${two},none)} ${__V(who)}", "none me"),
    ("${__XPath(page.xml,//b)}", "x"),
    ("${__changeCase(aB c,UPPER)} ${__changeCase(aB c,CAPITALIZE)}", "AB C AB c"),
    ("${__char(65,0x42)}", "AB"),
    ("${__counter(TRUE,)}", "1"),
    ("${__dateTimeConvert(2020-01-02,yyyy-MM-dd,dd/MM/yyyy)}", "02/01/2020"),
    ("${__digest(MD5,abc)}", "900150983cd24fb0d6963f7d28e17f72"),
    ("${__escapeHtml(<b>)}", "&lt;b&gt;"),
    ("${__escapeOroRegexpChars([a])}", "\\[a\\]"),
    ("${__escapeXml(a'<)}", "a&apos;&lt;"),
    ("${__eval(${tpl})} ${__evalVar(tpl)}", "me me"),
    ("${__groovy(vars.get('who').reverse(),g)} ${g}", "em em"),
    ("${__intSum(1,2,-5)}", "-2"),
    ("${__isPropDefined(port)} ${__isPropDefined(nope)}", "true false"),
    ("${__isVarDefined(who)} ${__isVarDefined(nope)}", "true false"),
    ("${__javaScript(1+2)}", "3"),
    ("${__jexl2(1+2)}", "3"),
    ("${__jexl3(\"${who}\" == \"me\" && 2 > 1)}", "true"),
    ("${__log(said)}", "said"),
    ("[${__logn(said)}]", "[]"),
    ("${__longSum(2147483647,1)}", "2147483648"),
    ("${__strLen(${__machineIP})}", "~"),
    ("${__machineName}", "~"),
    ("${__property(nope,,d)} ${__property(nope)}", "d nope"),
    ("${__regexFunction(b(.),$1$,1,,none,,word)}", "c"),
    ("[${__setProperty(mine,v)}] ${__P(mine)}", "[] v"),
    ("${__split(a|b,parts,|)} ${parts_2} ${parts_n}", "a|b b 2"),
    ("${__threadGroupName} ${__threadNum}", "Functions 1"),
    ("${__strLen(${__time})} ${__strLen(${__time(yyyyMMdd,)})}", "13 8"),
    ("${__timeShift(yyyy-MM-dd,2020-01-31,P1D,,)}", "2020-02-01"),
    ("${__unescape(a\\\\tb)}", "a\tb"),
    ("${__unescapeHtml(&lt;&eacute;)}", "<é"),
    ("${__urldecode(a+b%26)}", "a b&"),
    ("${__urlencode(a b&)}", "a+b%26"),
    ("${__MD5(abc)}", "900150983cd24fb0d6963f7d28e17f72"),
    ("${__base64Encode(ab)} ${__base64Decode(YWI=)}", "YWI= ab"),
    ("${__chooseRandom(a,a,v)} ${v}", "a a"),
    ("${__doubleSum(1.5,1)}", "2.5"),
    ("${__env(GREETING)} ${__env(NOPE,x,d)}", "hello d"),
    ("${__if(a,a,y,n)} ${__if(a,b,y,n)}", "y n"),
    ("${__isDefined(who)} ${__isDefined(nope)}", "1 0"),
    ("${__iterationNum}", "1"),
    ("${__lowercase(aB)} ${__uppercase(aB)}", "ab AB"),
    ("${__strReplace(a.b,.,-)}", "a-b"),
    ("${__strReplaceRegex(a1b22,([a-z])([0-9]+),$2$1-)}", "1a-22b-"),
    ("${__substring(abcd,1,3)}", "bc"),
    ("[${__trim( a )}]", "[a]"),
    ("${__tstFeedback(Shape,2,9,0)}", "~"),
    ("${__strLen(${__samplerName})}", "~"),
];

#[test]
fn functions_give_their_values() {
    let samplers: String = FUNCTIONS.iter().map(|(text, _)| show(text)).collect();
    let shape = with(
        "kg.apc.jmeter.timers.VariableThroughputTimer",
        "Shape",
        &[],
        &table("load_profile", &[&["1000", "1000", "600"]]),
        "",
    );
    let known = variables(&[("who", "me"), ("two", "2"), ("tpl", "${who}"), ("word", "abcabd")]);
    let shop = shop();
    let text = plan(&[], &(known + &group("Functions", "1", "1", &[], &(shape + &samplers))));
    // The value of a variable is a text: its references are not read.
    let text = text.replace(
        "<stringProp name=\"Argument.value\">${who}",
        "<stringProp name=\"Argument.value\">${__char(36)}{who}",
    );
    let files = [
        ("p.jmx", text.as_str()),
        ("users.csv", "email,password\n"),
        ("hello.txt", "hello"),
        ("page.xml", "<a><b>x</b></a>"),
    ];
    let ran = run(&files, &[&port_of(&shop)]);
    assert_eq!(ran.output.status.code(), Some(0), "{}", ran.log());
    let labels: Vec<String> = ran.rows().into_iter().map(|row| row[2].clone()).collect();
    let wrong: Vec<String> = FUNCTIONS
        .iter()
        .zip(&labels)
        .filter(
            |((text, wanted), got)| {
                if *wanted == "~" { got.is_empty() || text == got } else { wanted != got }
            },
        )
        .map(|((text, wanted), got)| format!("{text}\n  wanted {wanted:?}\n  got    {got:?}"))
        .collect();
    assert!(
        wrong.is_empty() && labels.len() == FUNCTIONS.len(),
        "{}\n{labels:?}\n{}",
        wrong.join("\n"),
        ran.log()
    );
    assert_eq!(ran.file("out.txt"), "x");
}

#[test]
fn no_function_is_left_out() {
    use plan::import::jmeter::function::{FUNCTIONS as OWN, PLUGIN_FUNCTIONS};
    let shown = |name: &str| {
        FUNCTIONS
            .iter()
            .any(|(text, _)| ["(", "}"].iter().any(|end| text.contains(&format!("${{{name}{end}"))))
    };
    let missing: Vec<&str> = OWN
        .iter()
        .chain(PLUGIN_FUNCTIONS)
        .map(|function| function.name)
        .filter(|name| !shown(name))
        .collect();
    assert!(missing.is_empty(), "no row shows {missing:?}");
}

/// Each property that has an effect of its own.
#[test]
fn properties_have_their_effects() {
    let shop = shop();
    let include = el("IncludeController", "i", &[("IncludeController.includepath", "art.jmx")], "");
    let fragment = "<jmeterTestPlan><hashTree><TestFragmentController testname=\"f\"/><hashTree><DebugSampler testname=\"from the part\"/><hashTree/></hashTree></hashTree></jmeterTestPlan>";
    let text = plan(
        &[],
        &(variables(&[("who", "me")])
            + &group(
                "Users",
                "${__P(threads,9)}",
                "1",
                &[],
                &[
                    el("CookieManager", "c", &[], ""),
                    get("set", "/bin/response-headers?Set-Cookie=crumb%3D7", ""),
                    show("${COOKIE_crumb} ${__time(USER1)} ${__P(from_file)} ${__P(system)}${__logn(noted)}"),
                    include,
                ]
                .concat(),
            )),
    );
    let port = port_of(&shop);
    let args = [
        port.as_str(),
        "-Jthreads=1",
        "-Dsystem=s",
        "-q",
        "more.properties",
        "-Jsample_variables=who",
        "-Jjmeter.save.saveservice.response_message=false",
        "-Jjmeter.save.saveservice.sample_count=true",
        "-Jsummariser.out=false",
        "-JCookieManager.save.cookies=true",
        "-Jincludecontroller.prefix=p",
        "-Jtime.USER1='fixed'",
        "-j",
        "run.log",
        "-e",
        "-o",
        "report",
    ];
    let files =
        [("p.jmx", text.as_str()), ("part.jmx", fragment), ("more.properties", "# own\nfrom_file=f\n")];
    let ran = run(&files, &args);
    assert_eq!(ran.output.status.code(), Some(0), "{}", ran.log());
    let head = ran.file("out.jtl").lines().next().unwrap_or_default().to_owned();
    assert!(
        !head.contains("responseMessage") && head.contains("SampleCount") && head.ends_with("\"who\""),
        "{head}"
    );
    let labels: Vec<String> = ran.rows().into_iter().map(|row| row[2].clone()).collect();
    assert_eq!(labels, ["set", "7 fixed f s", "from the part"], "{}", ran.log());
    assert!(ran.rows().iter().all(|row| row.last().is_some_and(|cell| cell == "me")));
    assert!(!ran.log().contains("summary ="), "{}", ran.log());
    assert!(ran.file("report/statistics.json").contains("\"set\""));
    assert!(ran.file("run.log").contains("noted"));
}
