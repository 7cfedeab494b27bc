//! The tables of the engine have one writer each, and a new table says why neither a register nor a procedure will do.

use crate::tree::{Finding, Rule, Tree};

pub const WRITERS: Rule = Rule {
    sentence: "Entries are written by matters/entries/store.rs and matters by matters/store.rs alone: whoever else changes them goes through an act.",
    find: writers,
};

pub const TABLES: Rule = Rule {
    sentence: "A table beside those of the engine says `-- because:` why neither a register nor a procedure of the pack will do.",
    find: tables,
};

const MATTERS: &str = "crates/features/src/base/matters/store.rs";
const ENTRIES: &str = "crates/features/src/base/matters/entries/store.rs";

/// Who may write a table of the engine; none where it is no table of the engine.
fn writers_of(table: &str) -> Option<&'static [&'static str]> {
    match table {
        // What is new is put into the one table or the other by the same statement.
        "entries" => Some(&[ENTRIES, MATTERS]),
        "entry_facts" | "entry_versions" | "reminders" => Some(&[ENTRIES]),
        "matters" | "matter_facts" | "matter_steps" | "matter_clocks" => Some(&[MATTERS]),
        _ => None,
    }
}

/// The table that a statement writes.
fn written(sql: &str) -> Option<&str> {
    let words: Vec<&str> = sql.split_whitespace().collect();
    match words.as_slice() {
        ["INSERT", "INTO", table, ..] | ["DELETE", "FROM", table, ..] | ["UPDATE", table, ..] => Some(table),
        _ => None,
    }
}

fn writers(tree: &Tree) -> Vec<Finding> {
    let mut found = Vec::new();
    for (file, source) in tree.rust().filter(|(file, _)| file.path.starts_with("crates/features/src")) {
        let code: Vec<char> = source.code.chars().collect();
        let many: Vec<char> = "insert_many(".chars().collect();
        for literal in &source.strings {
            let put = code[..literal.at].ends_with(&many).then_some(literal.text.as_str());
            let Some(table) = put.or_else(|| written(&literal.text)) else { continue };
            let strange = writers_of(table).is_some_and(|own| !own.contains(&file.path.as_str()));
            if strange {
                found.push(file.finding(literal.line, format!("writes {table}")));
            }
        }
    }
    found
}

/// The last migration that could not know this rule.
const BEFORE: &str = "migrations/0016";

fn tables(tree: &Tree) -> Vec<Finding> {
    let mut found = Vec::new();
    let later = |path: &str| path.starts_with("migrations/") && path > BEFORE && !path.starts_with(BEFORE);
    for file in tree.files.iter().filter(|file| later(&file.path)) {
        for statement in file.text.split(';') {
            if statement.contains("CREATE TABLE") && !statement.contains("-- because:") {
                let line =
                    1 + file.text.split("CREATE TABLE").next().map_or(0, |before| before.lines().count());
                found.push(file.finding(line, String::from("a table without a reason")));
            }
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    const PAGES: &str = "crates/features/src/base/registers/pages.rs";

    #[test]
    fn a_second_writer_is_refused() {
        assert!(WRITERS.refuses(&[(PAGES, "tx.exec(\"UPDATE entries SET state = 'void'\", &[])")]));
        assert!(WRITERS.refuses(&[(PAGES, "tx.exec(\"DELETE FROM entry_facts WHERE entry = $1\", &[])")]));
        assert!(WRITERS.refuses(&[(PAGES, "tx.insert_many(\"matters\", &columns, &rows)")]));
        assert!(WRITERS.refuses(&[(MATTERS, "tx.insert_many(\"entry_versions\", &columns, &rows)")]));
        assert!(!WRITERS.refuses(&[(ENTRIES, "tx.exec(\"UPDATE entries SET state = 'void'\", &[])")]));
        assert!(!WRITERS.refuses(&[(PAGES, "tx.query(\"SELECT id FROM entries\", &[])")]));
    }

    #[test]
    fn a_table_without_a_reason_is_refused() {
        let table = "CREATE TABLE rooms (id TEXT PRIMARY KEY);\n";
        assert!(TABLES.refuses(&[("migrations/0099_rooms.sql", table)]));
        let reason =
            format!("-- recorded\n-- because: a booking is decided over half-open intervals\n{table}");
        assert!(!TABLES.refuses(&[("migrations/0099_rooms.sql", &reason)]));
        assert!(!TABLES.refuses(&[("migrations/0004_appeals.sql", table)]));
    }
}
