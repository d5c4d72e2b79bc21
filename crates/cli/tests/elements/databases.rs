//! Samplers and other elements that ask a database.

use super::super::jmx::*;
use super::*;

pub const TABLE: &str = "create table items (id int primary key, name text, price numeric(8,2), ok boolean);
insert into items values (1, 'one', 1.50, true), (2, 'two', null, false), (3, 'it''s', 3.00, true);
create procedure cheaper(n int, less numeric) language sql as 'update items set price = price - less where id = n';
create function twice(n int) returns int language sql as 'select n * 2';
create function parts(n int, out half int, out rest int) language sql as 'select n / 2, n % 2'";

#[expect(clippy::too_many_lines, reason = "it is a table")]
pub fn databases() -> Vec<Row> {
    let ask = |class: &str, name: &str, kind: &str, query: &str, more: &[(&str, &str)], below: &str| {
        asking(class, name, ["db", kind, query], more, below)
    };
    let sample = |name: &str, kind: &str, query: &str, more: &[(&str, &str)]| {
        ask("JDBCSampler", name, kind, query, more, &body_as("text"))
    };
    vec![
        row("make", &[sample("make", "Update Statement", TABLE, &[])], &["make"]),
        row(
            "select",
            &[
                sample(
                    "s",
                    "Select Statement",
                    "select id, name, price, ok from items order by id",
                    &[("variableNames", "id,name,,ok"), ("resultVariable", "rows")],
                ),
                show("${id_#} ${name_3} ${ok_2} ${price_1} ${__groovy(vars.getObject('rows')[0].id + 1)}"),
                groovy(
                    "JSR223Sampler",
                    "flat",
                    "vars.put('flat', vars.get('text').replaceAll('\\t', ' ').replaceAll('\\n', '/'))",
                ),
                show("${flat}"),
                sample(
                    "one",
                    "Select Statement",
                    "select id from items order by id",
                    &[("variableNames", "id"), ("resultSetMaxRows", "1")],
                ),
                show("${id_#} ${id_1} ${id_2}"),
                sample(
                    "count",
                    "Select Statement",
                    "select * from items",
                    &[("resultSetHandler", "Count Records")],
                ),
                show("${text}"),
            ],
            &[
                "s",
                "3 it's false ${price_1} 2",
                "flat",
                "id name price ok/1 one 1.50 true/2 two null false/3 it's 3.00 true/",
                "one",
                "1 1 ${id_2}",
                "count",
                "3 rows",
            ],
        ),
        row(
            "prepared",
            &[
                sample(
                    "p",
                    "Prepared Select Statement",
                    "select name from items where id = ? and name <> ?",
                    &[
                        bound("${two},\"a,b\"", "INTEGER,VARCHAR")[0],
                        bound("", "INTEGER,VARCHAR")[1],
                        ("variableNames", "n"),
                    ],
                ),
                show("${n_1}"),
                sample(
                    "u",
                    "Prepared Update Statement",
                    "update items set price = ? where id > ?",
                    &bound("9.99,1", "NUMERIC,INTEGER"),
                ),
                show("${text}"),
                sample(
                    "null",
                    "Prepared Update Statement",
                    "update items set name = ? where id = ?",
                    &bound("]NULL[,3", "VARCHAR,INTEGER"),
                ),
                sample(
                    "look",
                    "Select Statement",
                    "select name, price from items where id = 3",
                    &[("variableNames", "a,b")],
                ),
                show("${a_1} ${b_1}"),
                sample("few", "Prepared Select Statement", "select ?", &bound("1", "INTEGER,INTEGER")),
            ],
            &["p", "two", "u", "2 updates.", "null", "look", "${a_1} 9.99", "few null 0 failed"],
        ),
        row(
            "calls",
            &[
                sample(
                    "f",
                    "Callable Statement",
                    "{? = call twice(?)}",
                    &[
                        bound("x,21", "OUT INTEGER,INTEGER")[0],
                        bound("", "OUT INTEGER,INTEGER")[1],
                        ("variableNames", "d"),
                    ],
                ),
                show("${d}"),
                sample(
                    "g",
                    "Callable Statement",
                    "{call parts(?, ?, ?)}",
                    &[
                        bound("7,x,x", "")[0],
                        bound("", "INTEGER,OUT INTEGER,OUT INTEGER")[1],
                        ("variableNames", "h,r"),
                    ],
                ),
                show("${h} ${r}"),
                sample("p", "Callable Statement", "call cheaper(?, ?)", &bound("1,0.5", "INTEGER,NUMERIC")),
                sample(
                    "look",
                    "Select Statement",
                    "select price from items where id = 1",
                    &[("variableNames", "p")],
                ),
                show("${p_1}"),
            ],
            &["f", "42", "g", "3 1", "p", "look", "1.00"],
        ),
        row(
            "transactions",
            &[
                sample("early", "Commit", "", &[]),
                sample("begin", "AutoCommit(false)", "", &[]),
                sample("u", "Update Statement", "delete from items", &[]),
                show("${text}"),
                sample("undo", "Rollback", "", &[]),
                sample("u", "Update Statement", "delete from items where id = 3", &[]),
                sample("keep", "Commit", "", &[]),
                sample("end", "AutoCommit(true)", "", &[]),
                sample("look", "Select Statement", "select count(*) from items", &[("variableNames", "n")]),
                show("${n_1}"),
            ],
            &["early 25P01 0 failed", "begin", "u", "3 updates", "undo", "u", "keep", "end", "look", "2"],
        ),
        row(
            "faults",
            &[
                sample("bad", "Select Statement", "select * from nothing", &[]),
                show("${text}"),
                sample("no pool", "Select Statement", "select 1", &[("dataSource", "other")]),
                sample("no server", "Select Statement", "select 1", &[("dataSource", "gone")]),
                sample("no tls", "Select Statement", "select 1", &[("dataSource", "sealed")]),
                show("${text}"),
            ],
            &[
                "bad 42P01 0 failed",
                "ERROR: relation \"nothing\" does not exist",
                "no pool null 0 failed",
                "no server null 0 failed",
                "no tls null 0 failed",
                "Cannot create PoolableConnectionFactory (The server does not support SSL.)",
            ],
        ),
        row(
            "beside",
            &[
                ask(
                    "JDBCPreProcessor",
                    "pre",
                    "Select Statement",
                    "select 'before' as x",
                    &[("variableNames", "pre")],
                    "",
                ),
                ask(
                    "JDBCPostProcessor",
                    "post",
                    "Prepared Select Statement",
                    "select ? || 'after'",
                    &[
                        ("queryArguments", "there"),
                        ("queryArgumentsTypes", "VARCHAR"),
                        ("variableNames", "post"),
                    ],
                    "",
                ),
                show("${pre_1}"),
                show("${post_1}"),
            ],
            &["before", "thereafter"],
        ),
        loops(
            "shared pool",
            "4",
            "3",
            &[sample("s", "Select Statement", "select 1", &[("dataSource", "shared")])],
            &["s"; 12],
        ),
    ]
}

/// An element that asks: a source, in a way, a query. More properties stand in place of these or beside them.
pub fn asking(class: &str, name: &str, what: [&str; 3], more: &[(&str, &str)], below: &str) -> String {
    let [source, kind, query] = what;
    let mut all = vec![("dataSource", source), ("queryType", kind), ("query", query)];
    all.retain(|(name, _)| more.iter().all(|(own, _)| own != name));
    all.extend(more);
    el(class, name, &all, below)
}

/// What is bound to the marks of a query.
pub fn bound<'a>(values: &'a str, types: &'a str) -> [(&'a str, &'a str); 2] {
    [("queryArguments", values), ("queryArgumentsTypes", types)]
}

/// A pool of connections: its name, address, user and password, and how many there are at most.
pub fn pool(name: &str, url: &str, who: (&str, &str), most: &str, more: &[(&str, &str)]) -> String {
    let mut all = vec![
        ("dataSource", name),
        ("dbUrl", url),
        ("username", who.0),
        ("password", who.1),
        ("poolMax", most),
    ];
    all.extend(more);
    el("JDBCDataSource", name, &all, "")
}

/// The first line of the answer in a variable.
pub fn body_as(name: &str) -> String {
    el(
        "RegexExtractor",
        "r",
        &[
            ("RegexExtractor.refname", name),
            ("RegexExtractor.regex", "(?s)^([^\\n]*(?:\\n[^ ].*)?)"),
            ("RegexExtractor.template", "$1$"),
            ("RegexExtractor.default", "none"),
        ],
        "",
    )
}

pub fn sources() -> String {
    let source = |name: &str, port: &str, most: &str| {
        let url = format!("jdbc:postgresql://127.0.0.1:{port}");
        let more = [("driver", "org.postgresql.Driver"), ("autocommit", "true"), ("timeout", "20000")];
        pool(name, &url, ("shop", ""), most, &more)
    };
    source("db", "${__P(db)}/postgres", "0")
        + &source("shared", "${__P(db)}/postgres", "2")
        + &source("gone", "1/postgres", "0")
        + &source("sealed", "${__P(db)}/postgres?sslmode=require", "0")
}
