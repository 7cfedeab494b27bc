//! What must be known about a statement before it runs: its placeholders and the table it writes.

use std::borrow::Cow;

/// Rewrites `$n` to `?n`: the embedded engine reads `$n` as a *name*, numbered by first appearance, and would bind
/// `UPDATE t SET a = $2 WHERE id = $1` silently wrong.
pub(super) fn numbered(sql: &str) -> Cow<'_, str> {
    if !sql.contains('$') {
        return Cow::Borrowed(sql);
    }
    let mut out = String::with_capacity(sql.len());
    let mut in_text = false;
    for c in sql.chars() {
        if c == '\'' {
            in_text = !in_text;
        }
        out.push(if c == '$' && !in_text { '?' } else { c });
    }
    Cow::Owned(out)
}

/// The table that a statement writes; `None` for a read.
pub(super) fn written_table(sql: &str) -> Option<&str> {
    let mut words = sql.split_whitespace();
    let verb = words.next()?;
    let table = match verb {
        v if v.eq_ignore_ascii_case("INSERT") || v.eq_ignore_ascii_case("DELETE") => words.nth(1)?,
        v if v.eq_ignore_ascii_case("UPDATE") => words.next()?,
        _ => return None,
    };
    Some(table.split('(').next().unwrap_or(table))
}

/// Words that end the naming of a table.
const NEXT: [&str; 10] =
    ["WHERE", "ON", "JOIN", "LEFT", "CROSS", "ORDER", "GROUP", "LIMIT", "UNION", "EXCEPT"];

/// The tables that a statement reads; none for one that reads no table, or writes. Of tables beside each other, with no JOIN
/// between them, a comma stands for those that are not told.
pub(super) fn read_tables(sql: &str) -> impl Iterator<Item = &str> {
    let mut words = sql.split_whitespace();
    let reads = written_table(sql).is_none();
    std::iter::from_fn(move || {
        words.find(|word| matches!(*word, "FROM" | "JOIN"))?;
        let table = words.next()?;
        let clause = words.clone().take_while(|word| !NEXT.contains(word));
        let beside = [table].into_iter().chain(clause).any(|word| word.contains(','));
        Some(if beside { "," } else { table })
    })
    .filter(move |table| reads && !table.starts_with('('))
    .map(|table| table.trim_end_matches(')'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_tables_that_are_read_are_found() {
        fn read(sql: &str) -> Vec<&str> {
            read_tables(sql).collect()
        }
        assert_eq!(read("SELECT id FROM units WHERE id = $1"), ["units"]);
        assert_eq!(
            read("SELECT 1 FROM links l JOIN units u ON TRUE LEFT JOIN posts p ON TRUE"),
            ["links", "units", "posts"]
        );
        assert_eq!(
            read("SELECT (SELECT name FROM users) FROM (SELECT id FROM appeals) a"),
            ["users", "appeals"]
        );
        for beside in ["units u, posts p", "units AS u , posts", "units,posts"] {
            assert_eq!(read(&format!("SELECT 1 FROM {beside} WHERE u.id IN ($1, $2)")), [","]);
        }
        assert_eq!(read("SELECT id, name FROM units ORDER BY id, name"), ["units"]);
        assert_eq!(read("UPDATE units SET version = 1 FROM links RETURNING id"), [""; 0]);
    }

    #[test]
    fn placeholders_are_rewritten_outside_of_texts() {
        assert_eq!(numbered("UPDATE t SET a = $2 WHERE id = $1"), "UPDATE t SET a = ?2 WHERE id = ?1");
        assert_eq!(numbered("SELECT '$1', $1"), "SELECT '$1', ?1");
    }

    #[test]
    fn the_written_table_is_found() {
        assert_eq!(written_table("INSERT INTO opinions(id) VALUES ($1)"), Some("opinions"));
        assert_eq!(written_table("  update opinions SET a = 1"), Some("opinions"));
        assert_eq!(written_table("DELETE FROM jobs WHERE id = $1"), Some("jobs"));
        assert_eq!(written_table("SELECT 1"), None);
    }
}
