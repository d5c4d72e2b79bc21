//! Samplers that ask MariaDB, by the addresses of both of its drivers.

use super::super::jmx::*;
use super::databases::{asking, body_as, bound, pool};
use super::*;

const TABLE: &str = "create table items (id int primary key, name varchar(5), price decimal(8,2), ok boolean, \
    share double, born date, made datetime, seen timestamp(6) null, at time(3), since year, raw blob, few bit(1))";
const ROWS: &str = "insert into items values \
    (1, 'one', 1.50, true, 2, '2024-02-29', '2026-01-02 03:04:00', '2026-01-02 03:04:05.250000', '10:20:30.5', 2024, x'6162', b'1'), \
    (2, 'two', null, false, 1e20, null, null, null, null, null, null, b'0'), \
    (3, 'it''s', 3.00, true, 0.0001, null, null, null, null, null, null, null)";
/// A body holds semicolons, and is one statement all the same.
const CHEAPER: &str = "create procedure cheaper(n int, less decimal(8,2)) begin \
    update items set price = price - less where id = n; select n as done; end";
const PARTS: &str = "create procedure parts(n int, out half int, inout rest int) begin \
    set half = n div 2; set rest = rest + n mod 2; end";
const TWICE: &str = "create function twice(n int) returns int deterministic return n * 2";

fn ask(name: &str, kind: &str, query: &str, more: &[(&str, &str)]) -> String {
    asking("JDBCSampler", name, ["my", kind, query], more, &body_as("text"))
}

fn flat() -> String {
    groovy(
        "JSR223Sampler",
        "flat",
        "vars.put('flat', vars.get('text').replaceAll('\\t', ' ').replaceAll('\\n', '/'))",
    ) + &show("${flat}")
}

const UPDATE: &str = "Update Statement";
const SELECT: &str = "Select Statement";
const CALL: &str = "Callable Statement";

/// Rows that both databases of the family answer alike.
#[expect(clippy::too_many_lines, reason = "it is a table")]
pub fn mysql() -> Vec<Row> {
    vec![
        row(
            "make",
            &[
                ask("table", UPDATE, TABLE, &[]),
                ask("rows", UPDATE, ROWS, &[]),
                show("${text}"),
                ask("cheaper", UPDATE, CHEAPER, &[]),
                ask("parts", UPDATE, PARTS, &[]),
                ask("twice", UPDATE, TWICE, &[]),
            ],
            &["table", "rows", "3 updates", "cheaper", "parts", "twice"],
        ),
        row(
            "select",
            &[
                ask(
                    "s",
                    SELECT,
                    "select id, name as called, price, ok, share, born, made, seen, at, since, raw, few from items order by id",
                    &[("variableNames", "id,name,,ok"), ("resultVariable", "rows")],
                ),
                flat(),
                show("${id_#} ${name_3} ${ok_2} ${price_1} ${__groovy(vars.getObject('rows')[0].id + 1)}"),
                ask(
                    "one",
                    SELECT,
                    "select id from items order by id",
                    &[("variableNames", "id"), ("resultSetMaxRows", "1")],
                ),
                show("${id_#} ${id_1} ${id_2}"),
                ask("count", SELECT, "select * from items", &[("resultSetHandler", "Count Records")]),
                show("${text}"),
                ask(
                    "letters",
                    SELECT,
                    "select 'größe €' as w, @@character_set_client c",
                    &[("variableNames", "w,c")],
                ),
                show("${w_1} ${c_1}"),
            ],
            &[
                "s",
                "flat",
                "id called price ok share born made seen at since raw few\
                 /1 one 1.50 true 2.0 2024-02-29 2026-01-02T03:04 2026-01-02 03:04:05.25 10:20:30 2024-01-01 ab true\
                 /2 two null false 1.0E20 null null null null null null false\
                 /3 it's 3.00 true 1.0E-4 null null null null null null null/",
                "3 it's false ${price_1} 2",
                "one",
                "1 1 ${id_2}",
                "count",
                "3 rows",
                "letters",
                "größe € utf8mb4",
            ],
        ),
        row(
            "prepared",
            &[
                ask(
                    "p",
                    "Prepared Select Statement",
                    "select name, ? as said from items where id = ? -- why?\n and name <> ?",
                    &[
                        bound("it's,${two},\"a,b\"", "")[0],
                        bound("", "VARCHAR,INTEGER,VARCHAR")[1],
                        ("variableNames", "n,said"),
                    ],
                ),
                show("${n_1} ${said_1}"),
                ask(
                    "u",
                    "Prepared Update Statement",
                    "update items set price = ?, ok = ? where id > ?",
                    &bound("9.99,true,1", "NUMERIC,BOOLEAN,INTEGER"),
                ),
                show("${text}"),
                ask(
                    "null",
                    "Prepared Update Statement",
                    "update items set name = ? where id = ?",
                    &bound("]NULL[,3", "VARCHAR,INTEGER"),
                ),
                ask(
                    "look",
                    SELECT,
                    "select name, price from items where id = 3",
                    &[("variableNames", "a,b")],
                ),
                show("${a_1} ${b_1}"),
                ask("few", "Prepared Select Statement", "select ?, ?", &bound("1", "INTEGER")),
                ask("many", "Prepared Select Statement", "select ?", &bound("1,2", "INTEGER,INTEGER")),
                ask("odd", "Prepared Select Statement", "select ?", &bound("x", "INTEGER")),
            ],
            &[
                "p",
                "two it's",
                "u",
                "2 updates.",
                "null",
                "look",
                "${a_1} 9.99",
                "few 07001 0 failed",
                "many S1009 0 failed",
                "odd 000 failed",
            ],
        ),
        row(
            "calls",
            &[
                ask(
                    "f",
                    CALL,
                    "{? = call twice(?)}",
                    &[bound("x,21", "")[0], bound("", "OUT INTEGER,INTEGER")[1], ("variableNames", "d")],
                ),
                show("${d}"),
                flat(),
                ask(
                    "g",
                    CALL,
                    "{call parts(?, ?, ?)}",
                    &[
                        bound("7,x,4", "")[0],
                        bound("", "INTEGER,OUT INTEGER,INOUT INTEGER")[1],
                        ("variableNames", "h,r"),
                    ],
                ),
                show("${h} ${r}"),
                ask(
                    "p",
                    CALL,
                    "{call cheaper(?, ?)}",
                    &[bound("1,0.5", "")[0], bound("", "INTEGER,NUMERIC")[1], ("variableNames", "done")],
                ),
                show("${done_1}"),
                ask("look", SELECT, "select price from items where id = 1", &[("variableNames", "p")]),
                show("${p_1}"),
            ],
            &[
                "f",
                "42",
                "flat",
                "-1 updates./Output variables by position:/[1] 42/",
                "g",
                "3 5",
                "p",
                "1",
                "look",
                "1.00",
            ],
        ),
        row(
            "transactions",
            &[
                ask("early", "Commit", "", &[]),
                ask("early back", "Rollback", "", &[]),
                ask("begin", "AutoCommit(false)", "", &[]),
                ask("u", UPDATE, "delete from items", &[]),
                show("${text}"),
                ask("undo", "Rollback", "", &[]),
                ask("u", UPDATE, "delete from items where id = 3", &[]),
                ask("keep", "Commit", "", &[]),
                ask("u", UPDATE, "delete from items where id = 2", &[]),
                ask(
                    "other",
                    SELECT,
                    "select count(*) from items",
                    &[("variableNames", "o"), ("dataSource", "shared my")],
                ),
                show("${o_1}"),
                ask("end", "AutoCommit(true)", "", &[]),
                ask("look", SELECT, "select count(*) from items", &[("variableNames", "n")]),
                show("${n_1}"),
            ],
            &[
                "early null 0 failed",
                "early back 08003 0 failed",
                "begin",
                "u",
                "3 updates",
                "undo",
                "u",
                "keep",
                "u",
                "other",
                "2",
                "end",
                "look",
                "1",
            ],
        ),
        row(
            "faults",
            &[
                ask("bad", SELECT, "select * from nothing", &[]),
                show("${text}"),
                ask("twice", UPDATE, "insert into items (id) values (1)", &[]),
                ask("wide", UPDATE, "update items set name = 'too wide'", &[]),
                show("${text}"),
                ask("several", SELECT, "select 1; select 2", &[]),
                ask("same", UPDATE, "update items set name = name where id = 1", &[]),
                show("${text}"),
                ask("who", SELECT, "select 1", &[("dataSource", "wrong password")]),
                show("${text}"),
                ask("no server", SELECT, "select 1", &[("dataSource", "gone my")]),
                ask("no tls", SELECT, "select 1", &[("dataSource", "sealed my")]),
                show("${text}"),
            ],
            &[
                "bad 42S02 1146 failed",
                "Table 'shop.nothing' doesn't exist",
                "twice 23000 1062 failed",
                "wide 22001 1406 failed",
                "Data truncation: Data too long for column 'name' at row 1",
                "several 42000 1064 failed",
                "same",
                "1 updates",
                "who null 0 failed",
                "Cannot create PoolableConnectionFactory (Access denied for user 'ann'@'127.0.0.1' (using password: YES))",
                "no server null 0 failed",
                "no tls null 0 failed",
                "Cannot create PoolableConnectionFactory (SSL Connection required, but not supported by server.)",
            ],
        ),
        row(
            "ways",
            &[
                ask(
                    "several",
                    SELECT,
                    "select 1 as a; select 2 as b",
                    &[("dataSource", "maria"), ("variableNames", "a")],
                ),
                show("${a_1}"),
                ask(
                    "lax",
                    UPDATE,
                    "update items set name = 'too wide' where id = 1",
                    &[("dataSource", "maria")],
                ),
                show("${text}"),
                ask(
                    "timeout",
                    SELECT,
                    "select @@wait_timeout w",
                    &[("dataSource", "maria"), ("variableNames", "w")],
                ),
                show("${w_1}"),
                ask("same", UPDATE, "update items set name = name where id = 1", &[("dataSource", "maria")]),
                show("${text}"),
                ask(
                    "moment",
                    SELECT,
                    "select made, ok, since, @mine m from items where id = 1",
                    &[("dataSource", "maria"), ("variableNames", "a,b,c,d")],
                ),
                show("${a_1} ${b_1} ${c_1} ${d_1}"),
                ask("bad", SELECT, "select * from nothing", &[("dataSource", "maria")]),
                groovy(
                    "JSR223Sampler",
                    "words",
                    "vars.put('words', vars.get('text').replaceAll('conn=[0-9]+', 'conn=N'))",
                ),
                show("${words}"),
                ask("late", SELECT, "select sleep(20)", &[("dataSource", "maria"), ("queryTimeout", "1")]),
                ask("later", SELECT, "select sleep(20)", &[("queryTimeout", "1")]),
                show("${text}"),
                ask("after", SELECT, "select 7", &[("variableNames", "s")]),
                show("${s_1}"),
            ],
            &[
                "several",
                "1",
                "lax",
                "1 updates",
                "timeout",
                "1234",
                "same",
                "0 updates",
                "moment",
                "2026-01-02 03:04:00.0 1 2024 5",
                "bad 42S02 1146 failed",
                "words",
                "(conn=N) Table 'shop.nothing' doesn't exist",
                "late 70100 1969 failed",
                "later null 0 failed",
                "Statement cancelled due to timeout or client request",
                "after",
                "7",
            ],
        ),
        loops(
            "shared my pool",
            "4",
            "3",
            &[ask("s", SELECT, "select 1", &[("dataSource", "shared my")])],
            &["s"; 12],
        ),
    ]
}

pub fn sources() -> String {
    let source = |name: &str, url: &str, user: &str, password: &str, most: &str| {
        let more = [
            ("driver", "com.mysql.cj.jdbc.Driver"),
            ("autocommit", "true"),
            ("timeout", "20000"),
            ("initQuery", "set @mine = 5"),
        ];
        pool(name, url, (user, password), most, &more)
    };
    let mysql = "jdbc:mysql://127.0.0.1:${__P(mydb)}/shop?serverTimezone=UTC";
    let maria = "jdbc:mariadb://127.0.0.1:1,127.0.0.1:${__P(mydb)}/shop?user=ed&password=s%26cret&allowMultiQueries=true\
                 &useAffectedRows=true&tinyInt1isBit=false&yearIsDateType=false\
                 &jdbcCompliantTruncation=false&sessionVariables=wait_timeout=1234";
    source("my", mysql, "ann", "s&cret", "0")
        + &source("shared my", mysql, "ann", "s&cret", "2")
        + &source("maria", maria, "", "", "1")
        + &source("wrong password", mysql, "ann", "wrong", "0")
        + &source("sealed my", &format!("{mysql}&sslMode=REQUIRED"), "ann", "s&cret", "0")
        + &source("gone my", "jdbc:mysql://127.0.0.1:1/shop", "ann", "x", "0")
}
