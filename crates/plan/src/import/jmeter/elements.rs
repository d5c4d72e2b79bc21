//! The elements that plans are made of, each with what becomes of it here.
//!
//! Main type: [`Row`], one of [`ELEMENTS`] for each class. What an element does stands with its compiler.

/// What an element is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Kind {
    /// The root of a plan.
    Plan,
    /// Users.
    Group,
    /// Orders what stands below it.
    Controller,
    /// Makes samples.
    Sampler,
    /// Settings of samplers.
    Config,
    /// Runs before a sampler.
    Pre,
    /// Waits before a sampler.
    Timer,
    /// Runs after a sampler.
    Post,
    /// Judges a sample.
    Assertion,
    /// Gets samples.
    Listener,
    /// Takes no part in a run: kept for the form only.
    Idle,
}

/// One class.
#[derive(Debug)]
pub struct Row {
    /// The tag or class name.
    pub class: &'static str,
    /// What it is.
    pub kind: Kind,
    /// What it does here; begins with `unsupported` when it cannot run.
    pub does: &'static str,
}

impl Row {
    /// Whether it can run here.
    #[must_use]
    pub fn is_supported(&self) -> bool {
        !self.does.starts_with("unsupported")
    }
}

macro_rules! rows {
    ($($kind:ident { $($class:literal: $does:literal;)* })*) => {
        &[$($(Row { class: $class, kind: Kind::$kind, does: $does }),*),*]
    };
}

/// All classes that plans may hold.
pub const ELEMENTS: &[Row] = rows! {
    Plan {
        "TestPlan": "the plan: variables, groups one after another, tear-down after a stop";
    }
    Group {
        "ThreadGroup": "threads with ramp-up, loops, duration and delay";
        "SetupThreadGroup": "runs before all others";
        "PostThreadGroup": "runs after all others";
        "OpenModelThreadGroup": "arrivals by a schedule of rates and pauses";
        "kg.apc.jmeter.threads.UltimateThreadGroup": "rows of threads, each with delay, start-up, hold and shutdown";
        "kg.apc.jmeter.threads.SteppingThreadGroup": "threads that come and go in steps";
        "com.blazemeter.jmeter.threads.concurrency.ConcurrencyThreadGroup": "a number of threads, reached in steps and held";
        "com.blazemeter.jmeter.threads.arrivals.ArrivalsThreadGroup": "arrivals by a rate, reached in steps and held";
        "com.blazemeter.jmeter.threads.arrivals.FreeFormArrivalsThreadGroup": "arrivals by rows of rates";
    }
    Controller {
        "GenericController": "only groups";
        "RecordingController": "only groups";
        "TestFragmentController": "runs only where a module or include controller points to it";
        "LoopController": "repeats its children";
        "IfController": "runs its children when a condition holds";
        "WhileController": "repeats its children while a condition holds";
        "ForeachController": "runs its children for name_1, name_2 and so on";
        "OnceOnlyController": "runs its children once a thread, or once each time a loop begins";
        "InterleaveControl": "one of its children each time, in turn";
        "RandomController": "one of its children each time, by chance";
        "RandomOrderController": "its children in an order drawn each time";
        "SwitchController": "the child of that index or name";
        "ThroughputController": "so many times, or a share of the times";
        "RunTime": "repeats its children for some seconds";
        "TransactionController": "a sample of its children together";
        "ModuleController": "runs a controller that stands elsewhere";
        "IncludeController": "runs the fragment of another file";
        "CriticalSectionController": "one thread at a time";
        "com.blazemeter.jmeter.controller.ParallelSampler": "runs its children at the same time";
        "com.blazemeter.jmeter.control.WeightedSwitchController": "one of its children each time, in shares";
        "kg.apc.jmeter.control.ParameterizedController": "sets variables, and runs its children";
    }
    Sampler {
        "HTTPSamplerProxy": "a request of HTTP";
        "HTTPSampler": "a request of HTTP";
        "HTTPSampler2": "a request of HTTP";
        "DebugSampler": "shows variables and properties";
        "TestAction": "pauses, stops, or leaves a loop";
        "JSR223Sampler": "runs a script";
        "BeanShellSampler": "runs a script";
        "BSFSampler": "runs a script";
        "kg.apc.jmeter.control.sampler.SetVariablesAction": "sets variables; makes no sample";
        "kg.apc.jmeter.samplers.DummySampler": "a sample of given values";
        "JavaSampler": "JavaTest and SleepTest; no other class of Java";
        "JDBCSampler": "asks a database: PostgreSQL, MySQL or MariaDB";
        "TCPSampler": "unsupported: speaks over a plain socket";
        "FTPSampler": "unsupported: fetches files by FTP";
        "SystemSampler": "unsupported: runs a program";
        "JMSSampler": "unsupported: speaks to a message broker";
        "PublisherSampler": "unsupported: speaks to a message broker";
        "SubscriberSampler": "unsupported: speaks to a message broker";
        "LDAPSampler": "unsupported: asks a directory";
        "LDAPExtSampler": "unsupported: asks a directory";
        "SmtpSampler": "unsupported: sends mail";
        "MailReaderSampler": "unsupported: reads mail";
        "AccessLogSampler": "unsupported: replays a log";
        "AjpSampler": "unsupported: speaks AJP";
        "JUnitSampler": "unsupported: runs a test of Java";
        "BoltSampler": "unsupported: asks a graph database";
        "MongoScriptSampler": "unsupported: asks a database";
        "eu.luminis.jmeter.wssampler.OpenWebSocketSampler": "opens a WebSocket";
        "eu.luminis.jmeter.wssampler.CloseWebSocketSampler": "closes a WebSocket";
        "eu.luminis.jmeter.wssampler.RequestResponseWebSocketSampler": "a message and its answer over a WebSocket";
        "eu.luminis.jmeter.wssampler.SingleReadWebSocketSampler": "reads from a WebSocket";
        "eu.luminis.jmeter.wssampler.SingleWriteWebSocketSampler": "writes to a WebSocket";
        "eu.luminis.jmeter.wssampler.PingPongSampler": "a ping over a WebSocket";
    }
    Config {
        "Arguments": "variables, set before the test";
        "ConfigTestElement": "defaults of requests";
        "HeaderManager": "headers of requests";
        "CookieManager": "keeps cookies";
        "CacheManager": "asks again only for what changed";
        "AuthManager": "credentials: Basic and Digest";
        "DNSCacheManager": "addresses of names; read, not used";
        "KeystoreConfig": "client certificates; all threads show the first";
        "CSVDataSet": "a line of a file for each iteration";
        "CounterConfig": "counts iterations";
        "RandomVariableConfig": "a number by chance for each iteration";
        "com.blazemeter.jmeter.RandomCSVDataSetConfig": "a line of a file by chance for each iteration";
        "eu.luminis.jmeter.wssampler.TextFrameFilter": "throws texts of a WebSocket away";
        "eu.luminis.jmeter.wssampler.BinaryFrameFilter": "throws bytes of a WebSocket away";
        "eu.luminis.jmeter.wssampler.PingFrameFilter": "nothing to do: pings are answered and are no frames here";
        "LoginConfig": "a user name and a password; only other samplers need it";
        "JDBCDataSource": "connections to a database: PostgreSQL, MySQL or MariaDB";
        "TCPSamplerConfig": "defaults of another sampler";
        "JavaConfig": "defaults of Java requests; read, not used";
        "MongoSourceElement": "connections to a database; only a sampler that cannot run here needs them";
        "kg.apc.jmeter.config.VariablesFromCSVFile": "variables out of a file, set before the test";
        "com.github.johrstrom.collector.CollectorElement": "figures for Prometheus; read, not used";
        "com.github.johrstrom.config.CollectorConfig": "figures for Prometheus; read, not used";
    }
    Pre {
        "UserParameters": "values of variables for each user";
        "JSR223PreProcessor": "runs a script";
        "BeanShellPreProcessor": "runs a script";
        "BSFPreProcessor": "runs a script";
        "RegExUserParameters": "parameters of a request out of matches of an expression";
        "AnchorModifier": "unsupported: takes links out of the last page";
        "URLRewritingModifier": "puts a session id of the last answer into the request";
        "JDBCPreProcessor": "asks a database: PostgreSQL, MySQL or MariaDB";
        "SampleTimeout": "ends a request that takes too long; other samplers take their time";
    }
    Timer {
        "ConstantTimer": "always the same time";
        "UniformRandomTimer": "a time and up to a range more";
        "GaussianRandomTimer": "a time and a normally distributed deviation";
        "PoissonRandomTimer": "a time and a Poisson distributed part";
        "ConstantThroughputTimer": "so many samples a minute";
        "PreciseThroughputTimer": "so many samples a period, evenly by chance";
        "SyncTimer": "waits until so many threads are there";
        "JSR223Timer": "as long as a script says";
        "BeanShellTimer": "as long as a script says";
        "BSFTimer": "as long as a script says";
        "kg.apc.jmeter.timers.VariableThroughputTimer": "a rate of samples by rows of rates";
    }
    Post {
        "RegexExtractor": "matches of a regular expression";
        "JSONPostProcessor": "values of JSON paths";
        "BoundaryExtractor": "what stands between two texts";
        "HtmlExtractor": "texts or attributes of elements by CSS selectors";
        "XPathExtractor": "values of XPath expressions";
        "XPath2Extractor": "values of XPath expressions; XPath 1.0 and some functions of 2.0";
        "JMESPathExtractor": "values of JMESPath expressions";
        "JSR223PostProcessor": "runs a script";
        "BeanShellPostProcessor": "runs a script";
        "BSFPostProcessor": "runs a script";
        "com.atlantbh.jmeter.plugins.jsonutils.jsonpathextractor.JSONPathExtractor": "values of a JSON path";
        "com.atlantbh.jmeter.plugins.jsonutils.jsonformatter.JSONFormatter": "makes an answer of JSON easy to read; read, not used";
        "com.atlantbh.jmeter.plugins.xmlformatter.XMLFormatPostProcessor": "makes an answer of XML easy to read; read, not used";
        "DebugPostProcessor": "shows variables and properties in a sub-sample";
        "ResultAction": "what follows a failed sample";
        "JDBCPostProcessor": "asks a database: PostgreSQL, MySQL or MariaDB";
    }
    Assertion {
        "ResponseAssertion": "texts or expressions in parts of the sample";
        "JSONPathAssertion": "the value of a JSON path";
        "JMESPathAssertion": "the value of a JMESPath expression";
        "DurationAssertion": "how long the sample may take";
        "SizeAssertion": "how large a part of the sample is";
        "XPathAssertion": "whether an XPath expression holds";
        "XPath2Assertion": "whether an XPath expression holds";
        "XMLAssertion": "whether the answer is well-formed XML";
        "HTMLAssertion": "whether the answer is HTML; never fails here";
        "MD5HexAssertion": "the hash of the answer";
        "JSR223Assertion": "runs a script";
        "BeanShellAssertion": "runs a script";
        "BSFAssertion": "runs a script";
        "com.atlantbh.jmeter.plugins.jsonutils.jsonpathassertion.JSONPathAssertion": "the value of a JSON path";
        "CompareAssertion": "compares samples in a form only";
        "XMLSchemaAssertion": "unsupported: validates by a schema";
        "SMIMEAssertion": "unsupported: checks signatures of mail";
    }
    Listener {
        "ResultCollector": "writes samples to its file; its form shows nothing here";
        "Summariser": "summary lines, which the run prints anyway";
        "ResultSaver": "writes answers to files, one each";
        "BackendListener": "sends samples to a server; use an output of ours";
        "JSR223Listener": "runs a script";
        "BeanShellListener": "runs a script";
        "BSFListener": "runs a script";
        "MailerResultCollector": "sends mail; read, not used";
        "kg.apc.jmeter.vizualizers.CorrectedResultCollector": "writes samples to its file";
        "kg.apc.jmeter.vizualizers.CompositeResultCollector": "draws graphs of the form; read, not used";
        "kg.apc.jmeter.reporters.FlexibleFileWriter": "writes samples in a form of its own; read, not used";
        "kg.apc.jmeter.reporters.ConsoleStatusLogger": "shows the state of the test; read, not used";
        "kg.apc.jmeter.reporters.LoadosophiaUploader": "sends results to a server; read, not used";
        "kg.apc.jmeter.reporters.AutoStop": "ends the test by its figures; read, not used: thresholds with abortOnFail do that";
        "kg.apc.jmeter.jmxmon.JMXMonCollector": "asks Java programs for figures; read, not used";
        "kg.apc.jmeter.dbmon.DbMonCollector": "asks databases for figures; read, not used";
        "com.github.johrstrom.listener.PrometheusListener": "figures for Prometheus; read, not used";
        "kg.apc.jmeter.perfmon.PerfMonCollector": "asks agents on other machines; read, not used";
    }
    Idle {
        "WorkBench": "kept by the form";
        "ProxyControl": "records requests";
        "MirrorServer": "a server for the form";
        "HttpMirrorControl": "a server for the form";
        "PropertyControlGui": "shows properties";
    }
};

/// The row of a class: by its tag, or by the last part of a longer name of JMeter's own classes.
#[must_use]
pub fn find(class: &str) -> Option<&'static Row> {
    let exact = ELEMENTS.iter().find(|row| row.class == class);
    exact.or_else(|| {
        let short = class.strip_prefix("org.apache.jmeter.")?.rsplit('.').next()?;
        ELEMENTS.iter().find(|row| row.class == short)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_class_has_one_row() {
        let mut names: Vec<&str> = ELEMENTS.iter().map(|row| row.class).collect();
        names.sort_unstable();
        let all = names.len();
        names.dedup();
        assert_eq!(names.len(), all);
        assert!(find("org.apache.jmeter.threads.ThreadGroup").is_some() && find("Nope").is_none());
    }
}
