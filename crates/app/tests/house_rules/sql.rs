//! Tables and statements: who owns them, and that both engines understand them.

use std::collections::{BTreeMap, BTreeSet};

use crate::imports::capability;
use crate::layers::is_sql;
use crate::tree::{File, Finding, Rule, Tree};

pub const TABLES: Rule = Rule {
    sentence: "A table has one owner: only the capability (or the kernel) it belongs to names it in SQL; others ask that capability.",
    find: tables,
};

pub const PORTABLE: Rule =
    Rule { sentence: "One SQL text for both engines: only the subset of STYLE.md.", find: portable };

/// Who a file of SQL belongs to.
fn owner(path: &str) -> Option<String> {
    if let Some(name) = capability(path) {
        return Some(name.to_owned());
    }
    path.strip_prefix("crates/")?.split('/').next().map(str::to_owned)
}

/// Words of a text that may be SQL; quotes, brackets and commas stand alone.
fn words(sql: &str) -> Vec<&str> {
    let mut found = Vec::new();
    let mut rest = sql.trim_start();
    while let Some(first) = rest.chars().next() {
        let plain = |c: char| c.is_alphanumeric() || matches!(c, '_' | '$' | '.');
        let length =
            if plain(first) { rest.find(|c| !plain(c)).unwrap_or(rest.len()) } else { first.len_utf8() };
        let (word, after) = rest.split_at(length);
        found.push(word);
        rest = after.trim_start();
    }
    found
}

/// Tables the migrations create and leave.
fn created(tree: &Tree) -> BTreeSet<String> {
    let mut tables = BTreeSet::new();
    for file in tree.files.iter().filter(|f| f.path.starts_with("migrations/")) {
        let all = words(&file.text);
        for window in all.windows(6) {
            match window {
                ["CREATE", "TABLE", "IF", "NOT", "EXISTS", name] | ["CREATE", "TABLE", name, ..] => {
                    tables.insert((*name).to_owned());
                }
                ["DROP", "TABLE", name, ..] => {
                    tables.remove(*name);
                }
                _ => {}
            }
        }
    }
    tables
}

/// One place that names a table.
struct Use {
    owner: String,
    fills: bool,
    finding: Finding,
}

fn tables(tree: &Tree) -> Vec<Finding> {
    let known = created(tree);
    let mut uses: BTreeMap<&str, Vec<Use>> = BTreeMap::new();
    for (file, source) in tree.rust() {
        let Some(owner) = owner(&file.path) else { continue };
        let code: Vec<char> = source.code.chars().collect();
        let many: Vec<char> = "insert_many(".chars().collect();
        for literal in &source.strings {
            let alone = code[..literal.at].ends_with(&many).then_some(("INTO", literal.text.as_str()));
            for (verb, table) in alone.into_iter().chain(addressed(&literal.text)) {
                let Some(table) = known.get(table) else { continue };
                let finding = file.finding(literal.line, format!("{owner} names the table {table}"));
                let used = Use { owner: owner.clone(), fills: verb == "INTO", finding };
                uses.entry(table).or_default().push(used);
            }
        }
    }
    uses.into_values().flat_map(strangers).collect()
}

/// The uses by others than the one that fills the table; all, where nobody or more than one does.
fn strangers(uses: Vec<Use>) -> Vec<Finding> {
    let owners: BTreeSet<&str> = uses.iter().map(|u| u.owner.as_str()).collect();
    if owners.len() < 2 {
        return Vec::new();
    }
    let filling: BTreeSet<String> = uses.iter().filter(|u| u.fills).map(|u| u.owner.clone()).collect();
    let rightful = |u: &Use| filling.len() == 1 && filling.contains(&u.owner);
    uses.into_iter().filter(|u| !rightful(u)).map(|u| u.finding).collect()
}

/// The names a text addresses as tables, each with the word before it.
fn addressed(text: &str) -> Vec<(&str, &str)> {
    let words = words(text);
    let mut found = Vec::new();
    for pair in words.windows(2) {
        if matches!(pair[0], "FROM" | "JOIN" | "INTO" | "UPDATE" | "TABLE") {
            found.push((pair[0], pair[1]));
        }
    }
    found
}

/// What is not in the subset, and what to write instead.
const FOREIGN: [(&str, &str); 20] = [
    (" ILIKE ", "normalise into a search column and use LIKE"),
    (" FOR UPDATE", "acts are serialisable and retried; no row locks"),
    (" SKIP LOCKED", "claim with UPDATE … WHERE id = (SELECT … LIMIT 1) RETURNING"),
    ("NOW()", "the instant is an argument: ctx.now"),
    ("CURRENT_TIMESTAMP", "the instant is an argument: ctx.now"),
    ("CURRENT_DATE", "the day is an argument: ctx.today()"),
    ("DATETIME(", "instants are BIGINT milliseconds"),
    ("STRFTIME(", "months are substr(day, 1, 7)"),
    ("TO_CHAR(", "format in Rust"),
    ("RANDOM()", "randomness is an argument"),
    ("GEN_RANDOM_UUID", "ids are made by the application"),
    (" AUTOINCREMENT", "ids are made by the application"),
    (" SERIAL", "ids are made by the application"),
    ("NEXTVAL(", "no sequences"),
    (" TRIGGER ", "no triggers: an act does it"),
    ("INSERT OR ", "ON CONFLICT (…) DO UPDATE SET … = excluded.…"),
    ("REPLACE INTO", "ON CONFLICT (…) DO UPDATE SET … = excluded.…"),
    ("->", "JSON is text that SQL does not open; put what is compared into a column"),
    ("::", "CAST(… AS …)"),
    ("PG_ADVISORY", "leases are rows"),
];

/// Words only migrations can get wrong.
const FOREIGN_TYPES: [(&str, &str); 6] = [
    ("INTEGER", "BIGINT"),
    ("REAL", "DOUBLE PRECISION"),
    ("BLOB", "BYTEA"),
    ("VARCHAR", "TEXT"),
    ("TIMESTAMP", "BIGINT milliseconds"),
    ("JSONB", "TEXT"),
];

fn portable(tree: &Tree) -> Vec<Finding> {
    let mut found = Vec::new();
    for (file, source) in tree.rust().filter(|(f, _)| !is_engine(f)) {
        for literal in source.strings.iter().filter(|s| is_sql(&s.text)) {
            found.extend(complaints(&literal.text).map(|what| file.finding(literal.line, what)));
        }
    }
    for file in tree.files.iter().filter(|f| f.path.starts_with("migrations/")) {
        for (number, line) in file.lines() {
            let line = line.split("--").next().unwrap_or_default();
            let types = FOREIGN_TYPES.iter().filter(|(word, _)| words(line).contains(word));
            let types = types.map(|(word, instead)| format!("{word}: {instead}"));
            found.extend(complaints(line).chain(types).map(|what| file.finding(number, what)));
        }
    }
    found
}

/// The one place that speaks each engine's own language.
fn is_engine(file: &File) -> bool {
    ["crates/kernel/src/db", "crates/kernel/src/migrate"].iter().any(|start| file.path.starts_with(start))
}

fn complaints(sql: &str) -> impl Iterator<Item = String> {
    let upper = format!(" {} ", sql.split_whitespace().collect::<Vec<_>>().join(" ").to_uppercase());
    let foreign = FOREIGN.iter().filter(|(word, _)| upper.contains(word));
    let mut all: Vec<String> = foreign.map(|(word, instead)| format!("{}: {instead}", word.trim())).collect();
    if upper.matches("SUM(").count()
        > upper.matches("CAST(SUM(").count() + upper.matches("CAST(COALESCE(SUM(").count()
    {
        all.push("SUM(: CAST(SUM(…) AS BIGINT), it is numeric on PostgreSQL".into());
    }
    if upper.split(" IS ").any(|before| before.rsplit(' ').next().is_some_and(|w| w.starts_with('$')))
        && upper.contains("NULL")
    {
        all.push("$n IS NULL: CAST($n AS TEXT) IS NULL, else its type is unknown".into());
    }
    if upper.split(['=', '(', ',', ' ']).any(|word| word == "?" || word == "?1") {
        all.push("?: placeholders are $n".into());
    }
    all.into_iter()
}

#[cfg(test)]
mod tests {
    use super::*;

    const MIGRATION: (&str, &str) = ("migrations/0001_a.sql", "CREATE TABLE units (id TEXT PRIMARY KEY);\n");
    const UNITS: &str = "crates/features/src/base/units/store.rs";
    const APPEALS: &str = "crates/features/src/growth/appeals/store.rs";

    #[test]
    fn a_table_named_by_two_is_refused() {
        let own = (UNITS, "\"SELECT id FROM units\"");
        assert!(TABLES.refuses(&[
            MIGRATION,
            own,
            (APPEALS, "\"SELECT 1 FROM appeals a JOIN units u ON true\"")
        ]));
        assert!(TABLES.refuses(&[MIGRATION, own, ("crates/kernel/src/x.rs", "\"UPDATE units SET a = 1\"")]));
        assert!(TABLES.refuses(&[MIGRATION, own, (APPEALS, "tx.insert_many(\"units\", &columns)")]));
        assert!(!TABLES.refuses(&[MIGRATION, own, (UNITS, "\"DELETE FROM units\"")]));
        // A name of a WITH clause is no table.
        assert!(!TABLES.refuses(&[
            MIGRATION,
            own,
            (APPEALS, "\"WITH late AS (SELECT 1) SELECT * FROM late\"")
        ]));
    }

    #[test]
    fn the_stranger_is_named_and_not_the_owner() {
        let fills = (UNITS, "\"INSERT INTO units VALUES ($1)\" \"SELECT id FROM units\"");
        let found = tables(&Tree::of(&[MIGRATION, fills, (APPEALS, "\"SELECT 1 FROM units\"")]));
        let paths: Vec<_> = found.iter().map(|f| f.path.as_str()).collect();
        assert_eq!(paths, [APPEALS]);
    }

    #[test]
    fn a_statement_of_one_engine_is_refused() {
        for sql in [
            "SELECT id FROM a WHERE t ILIKE $1",
            "SELECT id FROM a WHERE at < now()",
            "SELECT body->>'k' FROM a",
            "SELECT id::text FROM a",
            "SELECT SUM(n) FROM a",
            "SELECT id FROM a WHERE $1 IS NULL OR b = $1",
            "SELECT id FROM a WHERE b = ?1",
            "INSERT OR REPLACE INTO a VALUES ($1)",
            "UPDATE a SET b = 1 WHERE id = (SELECT id FROM a FOR UPDATE SKIP LOCKED)",
        ] {
            assert!(PORTABLE.refuses(&[(APPEALS, &format!("tx.query(\"{sql}\", &[])"))]), "{sql}");
        }
        for sql in [
            "SELECT CAST(SUM(n) AS BIGINT) FROM a WHERE CAST($1 AS TEXT) IS NULL OR b = $1",
            "INSERT INTO a VALUES ($1) ON CONFLICT (id) DO UPDATE SET b = excluded.b RETURNING id",
            "SELECT id FROM a WHERE b IS NOT DISTINCT FROM $1 AND c IS NULL",
        ] {
            assert!(!PORTABLE.refuses(&[(APPEALS, &format!("tx.query(\"{sql}\", &[])"))]), "{sql}");
        }
    }

    #[test]
    fn a_type_of_one_engine_is_refused() {
        assert!(PORTABLE.refuses(&[("migrations/0002_b.sql", "CREATE TABLE b (id INTEGER PRIMARY KEY);")]));
        assert!(
            !PORTABLE
                .refuses(&[("migrations/0002_b.sql", "-- an INTEGER elsewhere\nCREATE TABLE b (n BIGINT);")])
        );
    }
}
