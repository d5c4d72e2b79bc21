//! What scripts of public plans use beyond the core of their languages.

use super::super::jmx::*;
use crate::program::shop;

/// A script of Groovy, and what its value is.
const GROOVY: &[(&str, &str)] = &[
    // The numbers of the check are those of its definition.
    (
        "def crc = new java.util.zip.CRC32(); crc.update('123456789'.bytes); Long.toHexString(crc.value)",
        "cbf43926",
    ),
    (
        "import java.util.zip.*\ndef b = new ByteArrayOutputStream()\ndef z = new GZIPOutputStream(b)\nz.write('hello hello'.getBytes('UTF-8'))\nz.close()\nnew GZIPInputStream(new ByteArrayInputStream(b.toByteArray())).text",
        "hello hello",
    ),
    (
        "import javax.crypto.Cipher\nimport javax.crypto.spec.*\ndef key = new SecretKeySpec('0123456789abcdef'.bytes, 'AES')\ndef iv = new IvParameterSpec('abcdef9876543210'.bytes)\ndef c = Cipher.getInstance('AES/CBC/PKCS5Padding')\nc.init(Cipher.ENCRYPT_MODE, key, iv)\ndef secret = c.doFinal('a text'.bytes)\nc.init(Cipher.DECRYPT_MODE, key, iv)\nsecret.length + ' ' + new String(c.doFinal(secret))",
        "16 a text",
    ),
    (
        "import javax.crypto.*\nimport javax.crypto.spec.*\ntry { def c = Cipher.getInstance('AES'); c.init(Cipher.DECRYPT_MODE, new SecretKeySpec('0123456789abcdef'.bytes, 'AES')); c.doFinal('abc'.bytes) } catch (IllegalBlockSizeException e) { e.message }",
        "Input length must be multiple of 16 when decrypting with padded cipher",
    ),
    ("java.text.MessageFormat.format(\"{0} isn''t {1}, {2}\", 'a', 1234.5, 'c')", "a isn't 1,234.5, c"),
    (
        "import org.apache.commons.lang3.time.*\nDateFormatUtils.formatUTC(DateUtils.addDays(new Date(0L), 2), 'yyyy-MM-dd')",
        "1970-01-03",
    ),
    (
        "import org.apache.commons.lang3.math.NumberUtils\nNumberUtils.toInt('x', 7) + NumberUtils.toInt('35') + (NumberUtils.isDigits('1a') ? 100 : 0)",
        "42",
    ),
    (
        "import org.apache.commons.io.FilenameUtils\nFilenameUtils.getBaseName('/a/b.c.txt') + FilenameUtils.getExtension('/a/b.c.txt')",
        "b.ctxt",
    ),
    (
        "new Scanner('a;b;c').useDelimiter(';').collect { it }.size() + new Scanner('whole text').useDelimiter('\\\\A').next()",
        "1whole text",
    ),
    (
        "import net.minidev.json.*\nimport net.minidev.json.parser.JSONParser\nJSONObject o = (JSONObject) new JSONParser(JSONParser.MODE_PERMISSIVE).parse('{\"a\": {\"b\": [1, 2]}}')\no.get('a').toJSONString()",
        "{\"b\":[1,2]}",
    ),
    (
        "def o = new org.json.JSONObject('{\"list\": [{\"id\": 7}]}')\no.getJSONArray('list').getJSONObject(0).getInt('id') + com.alibaba.fastjson.JSON.parseObject('{\"n\": \"35\"}').getIntValue('n')",
        "42",
    ),
    (
        "def w = new StringWriter()\nnew groovy.xml.MarkupBuilder(w).people { person(id: 1) { name('A & B'); none() } }\nw.toString().replace('\\n', '|')",
        "<people>|  <person id='1'>|    <name>A &amp; B</name>|    <none />|  </person>|</people>",
    ),
    (
        "new groovy.text.SimpleTemplateEngine().createTemplate('Hi $who, ${n + 1}').make([who: 'me', n: 1]).toString()",
        "Hi me, 2",
    ),
    (
        "new File('part.groovy').text = 'made = who + 1'\nwho = 41\nevaluate(new File('part.groovy'))\nmade",
        "42",
    ),
    ("new GroovyShell().evaluate('3 * 4') + Eval.me('2')", "14"),
    (
        "new File('tools.groovy').text = 'def sign(a, b) { a + b }\\nran = true'\ndef tools = new GroovyShell().parse(new File('tools.groovy'))\ntools.sign('x', 'y') + tools.run()",
        "xytrue",
    ),
    (
        "new File('kit.groovy').text = 'def twice(a) { a * 2 }\\nreturn this'\nevaluate(new File('kit.groovy')).twice(21)",
        "42",
    ),
    ("'YWJj' == new sun.misc.BASE64Encoder().encode('abc'.bytes)", "true"),
    ("prev?.getResponseCode() ?: 'no sample yet'", "no sample yet"),
    ("SampleResult.setResponseData('what was set', 'UTF-8'); 'the value'", "what was set"),
    (
        "import org.jsoup.Jsoup\ndef page = Jsoup.parse('<title>T</title><form id=f><input name=csrf value=tok><a href=/1>A  b</a></form><a href=/2>C</a>')\n\
         def links = page.select('a[href]')\n\
         [page.title(), page.select('input[name=csrf]').first().attr('value'), page.getElementById('f').select('a').size(), links*.text(), links.collect { it.attr('href') }, links.attr('href'), page.selectFirst('b')].toString()",
        "[T, tok, 1, [A b, C], [/1, /2], /1, null]",
    ),
    ("SampleResult.setDataType(SampleResult.TEXT); SampleResult.getDataType()", "text"),
    ("org.apache.jmeter.threads.JMeterContextService.getThreadCounts().activeThreads", "1"),
];

/// The same of BeanShell.
const BEAN_SHELL: &[(&str, &str)] = &[
    ("SampleResult.setDataType(SampleResult.TEXT); return SampleResult.getDataType();", "text"),
    ("eval(\"made = 1 + 2;\"); return made;", "3"),
    ("SampleResult.setResponseData(\"set\"); return \"the value\";", "the value"),
    (
        "FileWriter w = new FileWriter(\"part.bsh\"); w.write(\"twice(a) { return a * 2; }\"); w.close(); source(\"part.bsh\"); return twice(21);",
        "42",
    ),
    ("if (bsh.shared.count == void) bsh.shared.count = 5; bsh.shared.count++; return bsh.shared.count;", "6"),
];

fn scripts(class: &str, key: &str, table: &[(&str, &str)]) -> String {
    table
        .iter()
        .enumerate()
        .map(|(at, (script, _))| {
            // Each script has a thread of its own, whose first sample it is.
            let sampler = el(class, &format!("s{at}"), &[("scriptLanguage", "groovy"), (key, script)], "");
            group(&format!("{class} {at}"), "1", "1", &[], &sampler)
        })
        .collect()
}

/// A text of XML as it is meant.
fn plain(text: &str) -> String {
    [("&quot;", "\""), ("&apos;", "'"), ("&lt;", "<"), ("&gt;", ">"), ("&amp;", "&")]
        .iter()
        .fold(text.to_owned(), |text, (code, letter)| text.replace(code, letter))
}

#[test]
fn what_public_scripts_use_is_there() {
    let groups = scripts("JSR223Sampler", "script", GROOVY)
        + &scripts("BeanShellSampler", "BeanShellSampler.query", BEAN_SHELL);
    // The answers of the samplers are what the scripts return.
    let text = plan(&[("TestPlan.serialize_threadgroups", "true")], &groups);
    let shop = shop();
    let port = port_of(&shop);
    let xml = "-Jjmeter.save.saveservice.output_format=xml";
    let ran = run(&[("p.jmx", text.as_str())], &[&port, xml, "-Jjmeter.save.saveservice.response_data=true"]);
    let rows = ran.file("out.jtl");
    let mut wrong = Vec::new();
    for (class, table) in [("JSR223Sampler", GROOVY), ("BeanShellSampler", BEAN_SHELL)] {
        for (at, (script, wanted)) in table.iter().enumerate() {
            let own = rows.split("<sample ").find(|row| row.contains(&format!("tn=\"{class} {at} ")));
            let answer = own.and_then(|row| row.split("<responseData class=\"java.lang.String\">").nth(1));
            let answer = answer.and_then(|rest| rest.split("</responseData>").next()).map(plain);
            if answer.as_deref() != Some(*wanted) {
                wrong.push(format!("{script}\n  wanted {wanted}\n  got    {answer:?} {own:?}"));
            }
        }
    }
    assert!(wrong.is_empty(), "{}\n{}", wrong.join("\n"), ran.log());
}

#[test]
fn results_that_scripts_make_are_sub_samples() {
    let script = "import org.apache.jmeter.samplers.SampleResult as Made\n\
        def sub = new Made()\nsub.setSampleLabel('step')\nsub.sampleStart()\nsub.sampleEnd()\n\
        sub.setResponseCode('201')\nsub.setSuccessful(true)\nsub.setResponseData('abc', 'UTF-8')\n\
        SampleResult.addSubResult(sub)";
    let sampler = groovy("JSR223Sampler", "whole", script);
    let text = plan(&[], &group("Steps", "1", "1", &[], &sampler));
    let ran = run(&[("p.jmx", text.as_str())], &[]);
    assert_eq!(ran.told("Steps"), ["whole", "whole-0 201"], "{}", ran.log());
    let rows = ran.file("out.jtl");
    assert!(rows.lines().any(|row| row.contains(",whole-0,201,")), "{rows}");
}

/// A script before a request with the body `{"a":1}` and the parameters of a form, and what the server got.
const REQUESTS: &[(&str, &str, &str)] = &[
    ("/bin/post", "sampler.getArguments().getArgument(0).setValue('{\"b\":2}')", "data {\"b\":2}"),
    (
        "/bin/post",
        "import org.apache.jmeter.config.Arguments\ndef own = new Arguments()\nown.addArgument('', 'own')\n\
         sampler.setArguments(own)",
        "data own",
    ),
    (
        "/bin/post",
        "sampler.getProperty('HTTPsampler.Arguments').getObjectValue().getArguments().get(0)\
         .getObjectValue().setValue('old way')",
        "data old way",
    ),
    (
        "/bin/post",
        "sampler.getArguments().removeAllArguments()\nsampler.addArgument('e', 'a+b')\n\
         sampler.addNonEncodedArgument('n', 'c+d', '')",
        "form [e:a+b, n:c d]",
    ),
    (
        "/bin/post",
        "import org.apache.jmeter.protocol.http.util.HTTPFileArg\nnew File('up.txt').text = 'of a file'\n\
         HTTPFileArg[] files = [new HTTPFileArg('up.txt', '', 'text/plain')]\nsampler.arguments.clear()\n\
         sampler.setHTTPFiles(files)",
        "data of a file",
    ),
    (
        "/bin/post",
        "import org.apache.jmeter.protocol.http.control.*\ndef own = new HeaderManager()\n\
         own.add(new Header('Content-Type', 'application/x-www-form-urlencoded'))\nsampler.setHeaderManager(own)\n\
         sampler.arguments.getArgument(0).setValue('k=v')",
        "form [k:v]",
    ),
];

#[test]
fn scripts_change_what_is_sent_and_see_it_afterwards() {
    let seen = "import groovy.json.JsonSlurper\ndef got = new JsonSlurper().parseText(prev.responseDataAsString)\n\
        def form = got.form.collectEntries { k, v -> [k, v instanceof List ? v[0] : v] }\n\
        prev.setSampleLabel(form ? 'form ' + form.sort() : 'data ' + got.data)";
    let groups: String = REQUESTS
        .iter()
        .enumerate()
        .map(|(at, (path, script, _))| {
            let below = groovy("JSR223PreProcessor", "before", script)
                + &groovy("JSR223PostProcessor", "after", seen);
            let request = http("r", "POST", path, &[], &body("{\"a\":1}"), &below);
            group(&format!("G{at}"), "1", "1", &[], &request)
        })
        .collect();
    // An assertion and a listener know the sampler too; a sampler that is no request hides the one before it.
    let told = |class: &str| {
        let script =
            "log.info(sampler.name + ' ' + sampler.headerManager?.getFirstHeaderNamed('X-A')?.value)";
        groovy(class, class, script)
    };
    let below = headers(&[("X-A", "v")]) + &told("JSR223Assertion") + &told("JSR223Listener");
    let last = get("page", "/products", &below)
        + &el(
            "DebugSampler",
            "debug",
            &[],
            &groovy("JSR223PostProcessor", "p", "log.info('at ' + sampler.name)"),
        );
    let text = plan(
        &[("TestPlan.serialize_threadgroups", "true")],
        &(groups + &group("Last", "1", "1", &[], &last)),
    );
    let shop = shop();
    let ran = run(&[("p.jmx", text.as_str())], &[&port_of(&shop), "-j", "j.log"]);
    for (at, (_, _, wanted)) in REQUESTS.iter().enumerate() {
        assert_eq!(ran.told(&format!("G{at}")), [*wanted], "{}", ran.log());
    }
    let log = ran.file("j.log");
    assert_eq!((log.matches("page v").count(), log.matches("at debug").count()), (2, 1), "{log}");
}
