//! What each layer of a capability keeps out.

use crate::paths::{absolute, paths};
use crate::tree::{File, Finding, Rule, Tree};

pub const PURE: Rule = Rule {
    sentence: "model.rs and rules.rs decide without IO: no Tx, no Call, no clock; what they need is an argument.",
    find: pure,
};

pub const STATEMENTS: Rule = Rule {
    sentence: "Every SQL statement of a capability stands in its store.rs; pages, api and acts hold none, nor does the app.",
    find: statements,
};

pub const RIGHTS: Rule = Rule {
    sentence: "A store decides no rights: the Scope comes as an argument of the finder and is not made there.",
    find: rights,
};

/// Whether a file is this layer of a capability: `store.rs`, or a file of a folder `store/`.
fn is_layer(file: &File, layer: &str) -> bool {
    let path = &file.path;
    path.starts_with("crates/features/src/")
        && (path.ends_with(&format!("/{layer}.rs")) || path.contains(&format!("/{layer}/")))
}

/// Whole words of the code, with their lines.
fn words(code: &str) -> impl Iterator<Item = (usize, &str)> {
    code.lines().enumerate().flat_map(|(i, line)| {
        line.split(|c: char| !c.is_alphanumeric() && c != '_')
            .filter(|w| !w.is_empty())
            .map(move |w| (i + 1, w))
    })
}

fn pure(tree: &Tree) -> Vec<Finding> {
    let mut found = Vec::new();
    for (file, source) in tree.rust().filter(|(f, _)| is_layer(f, "model") || is_layer(f, "rules")) {
        let impure = ["Tx", "Call", "Clock", "SystemTime", "machine_now"];
        for (line, word) in words(&source.code).filter(|(_, w)| impure.contains(w)) {
            found.push(file.finding(line, format!("names {word}")));
        }
        for path in paths(&source.code) {
            if path.segments.last().is_some_and(|last| last == "now") {
                found.push(file.finding(path.line, format!("asks {}", path.segments.join("::"))));
            }
        }
    }
    found
}

/// Whether a string is SQL: it begins as a statement or a clause does, in capitals as ours are written.
pub fn is_sql(text: &str) -> bool {
    let text = text.trim_start();
    let begins = |starts: &[&str]| starts.iter().any(|s| text.starts_with(s));
    begins(&[
        "SELECT ",
        "SELECT\n",
        "INSERT ",
        "REPLACE INTO ",
        "DELETE FROM ",
        "CREATE TABLE ",
        "ALTER TABLE ",
        "DROP TABLE ",
    ]) || (begins(&["UPDATE "]) && text.contains("SET "))
        || (begins(&["WITH "]) && text.contains("SELECT"))
        || begins(&[" FROM ", "WHERE ", "ORDER BY ", "GROUP BY ", "LEFT JOIN ", "JOIN "])
}

fn statements(tree: &Tree) -> Vec<Finding> {
    let mut found = Vec::new();
    for (file, source) in tree.rust() {
        let domain = ["crates/features/src/", "crates/app/src/"].iter().any(|dir| file.path.starts_with(dir));
        if !domain || is_layer(file, "store") {
            continue;
        }
        for sql in source.strings.iter().filter(|s| is_sql(&s.text)) {
            found.push(file.finding(sql.line, sql.text.chars().take(60).collect::<String>()));
        }
    }
    found
}

fn rights(tree: &Tree) -> Vec<Finding> {
    let mut found = Vec::new();
    for (file, source) in tree.rust().filter(|(f, _)| is_layer(f, "store")) {
        for (number, line) in source.code.lines().enumerate() {
            if let Some(call) = [".may(", ".right(", ".right_to("].iter().find(|call| line.contains(**call)) {
                found.push(file.finding(number + 1, format!("asks {call}…)")));
            }
        }
        for path in paths(&source.code) {
            let there = absolute(&file.path, &path);
            let of_rights = there.starts_with(&["kernel".into(), "rights".into()])
                && !there.iter().any(|s| s == "Scope" || s == "SubjectKeys");
            let made = path.segments.windows(2).any(|w| w[0] == "Scope" && w[1] != "Scope");
            if of_rights || made {
                found.push(file.finding(path.line, format!("uses {}", path.segments.join("::"))));
            }
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    const RULES_RS: &str = "crates/features/src/growth/appeals/rules.rs";
    const STORE: &str = "crates/features/src/growth/appeals/store.rs";
    const PAGES: &str = "crates/features/src/growth/appeals/pages/list.rs";

    #[test]
    fn a_rule_that_reads_the_database_or_the_clock_is_refused() {
        assert!(PURE.refuses(&[(RULES_RS, "use huitong_kernel::db::Tx;")]));
        assert!(PURE.refuses(&[(RULES_RS, "fn late(clock: &Clock) -> bool { true }")]));
        assert!(PURE.refuses(&[(RULES_RS, "let now = jiff::Timestamp::now();")]));
        assert!(
            !PURE.refuses(&[(RULES_RS, "fn late(due: i64, now: i64) -> bool { now > due } // no Tx here")])
        );
        assert!(!PURE.refuses(&[(STORE, "use huitong_kernel::db::Tx;")]));
    }

    #[test]
    fn a_statement_outside_a_store_is_refused() {
        assert!(STATEMENTS.refuses(&[(PAGES, "tx.query(\"SELECT id FROM appeals\", &[])")]));
        assert!(
            STATEMENTS.refuses(&[("crates/app/src/demo.rs", "let s = r#\"\n  UPDATE appeals SET a = 1\"#;")])
        );
        assert!(STATEMENTS.refuses(&[(RULES_RS, "\"WITH a AS (SELECT 1) SELECT * FROM a\"")]));
        assert!(!STATEMENTS.refuses(&[(STORE, "tx.query(\"SELECT id FROM appeals\", &[])")]));
        assert!(!STATEMENTS.refuses(&[(PAGES, "let title = \"Select a unit\"; let w = \"WITH care\";")]));
        assert!(!STATEMENTS.refuses(&[("crates/features/src/growth/appeals/tests.rs", "\"SELECT 1\"")]));
    }

    #[test]
    fn a_store_that_decides_is_refused() {
        assert!(RIGHTS.refuses(&[(STORE, "if tx.ctx().may(\"appeal.open\").is_none() { return }")]));
        assert!(RIGHTS.refuses(&[(STORE, "use huitong_kernel::rights::{Right, Scope};")]));
        assert!(RIGHTS.refuses(&[(STORE, "find(tx, &Scope::all(), id)")]));
        assert!(
            !RIGHTS.refuses(&[(
                STORE,
                "use huitong_kernel::rights::Scope;\nfn find(tx: &Tx, scope: &Scope) {}"
            )])
        );
    }
}
