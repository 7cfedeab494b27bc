//! Reads string literals out of Rust sources, as far as statements need it.

/// Every plain string literal of a source, with `\` at a line's end joined and escapes resolved.
pub fn of(source: &str) -> Vec<String> {
    let mut found = Vec::new();
    let mut rest = source.chars().peekable();
    let mut before = ' ';
    while let Some(c) = rest.next() {
        match c {
            '/' if rest.peek() == Some(&'/') => while rest.next().is_some_and(|c| c != '\n') {},
            // A quote as a character, and a lifetime, are no begin of a text.
            '\'' if rest.peek() == Some(&'"') => {
                rest.next();
            }
            '"' if before != '#' => found.push(literal(&mut rest)),
            _ => {}
        }
        before = c;
    }
    found
}

fn literal(rest: &mut std::iter::Peekable<std::str::Chars<'_>>) -> String {
    let mut text = String::new();
    while let Some(c) = rest.next() {
        match c {
            '"' => break,
            '\\' => match rest.next() {
                Some('\n') => while rest.next_if(|c| c.is_whitespace()).is_some() {},
                Some('n') => text.push('\n'),
                Some(c) => text.push(c),
                None => break,
            },
            c => text.push(c),
        }
    }
    text
}

/// The literal as a whole statement: a column list that the code fills in stands as `*`; pieces are none.
pub fn statement(literal: &str) -> Option<String> {
    let verb =
        ["SELECT ", "INSERT INTO ", "UPDATE ", "DELETE FROM "].iter().find(|v| literal.starts_with(**v))?;
    let whole = match *verb {
        "SELECT " => literal.contains(" FROM ") || literal.contains("COALESCE("),
        "INSERT INTO " => literal.contains(" VALUES "),
        "UPDATE " => literal.contains(" SET "),
        _ => true,
    };
    let sql = match literal.strip_prefix("SELECT {").and_then(|rest| rest.split_once('}')) {
        Some((_, rest)) => format!("SELECT *{rest}"),
        None => literal.to_owned(),
    };
    // What the code fills in elsewhere than in the column list cannot be prepared here; lists give samples of theirs.
    (whole && !sql.contains('{')).then_some(sql)
}

#[test]
fn literals_and_statements_are_told_apart() {
    let source =
        "let a = \"SELECT 1 \\\n   FROM t WHERE x = '\\\"'\"; // \"no\"\nlet b = '\"'; let c = \"SELECT \";";
    let found = of(source);
    assert_eq!(found, ["SELECT 1 FROM t WHERE x = '\"'", "SELECT "]);
    assert!(statement(&found[0]).is_some() && statement(&found[1]).is_none());
    assert_eq!(
        statement("SELECT {LIST} FROM t WHERE id = $1").as_deref(),
        Some("SELECT * FROM t WHERE id = $1")
    );
}
