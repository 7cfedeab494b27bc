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

#[cfg(test)]
mod tests {
    use super::*;

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
