//! The apostrophe before a cell that a table calculation would take for a formula: set on writing, taken away on reading.

/// Signs that begin a formula, also as a Chinese keyboard writes them.
const SIGNS: [char; 8] = ['=', '+', '-', '@', '＝', '＋', '－', '＠'];

/// A cell as it is written where it could be taken for a formula. What begins with an apostrophe already gets a second one, so
/// that [`unmarked`] gives back every cell.
pub fn marked(cell: &str) -> String {
    if speaks(cell) && !is_number(cell) { format!("'{cell}") } else { cell.to_owned() }
}

/// A cell as it is written where cells are texts: only what a reader would otherwise take for marked is marked.
pub fn marked_twice(cell: &str) -> String {
    if cell.starts_with('\'') { marked(cell) } else { cell.to_owned() }
}

/// A cell without the apostrophe of [`marked`].
pub fn unmarked(cell: &str) -> &str {
    cell.strip_prefix('\'').filter(|_| speaks(cell)).unwrap_or(cell)
}

/// Whether a cell begins with what is no text, behind however many apostrophes.
fn speaks(cell: &str) -> bool {
    let bare = cell.trim_start_matches('\'');
    bare.starts_with(['\t', '\r', '\n']) || bare.trim_start().starts_with(SIGNS)
}

/// Whether a cell is a negative number as it is written out: nothing to calculate. A plus begins telephone numbers.
fn is_number(cell: &str) -> bool {
    let digits = |part: &str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit());
    let Some(amount) = cell.strip_prefix('-') else { return false };
    let (whole, fraction) = amount.split_once('.').unwrap_or((amount, "0"));
    digits(whole) && digits(fraction)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn only_what_could_be_a_formula_is_marked() {
        for (cell, written) in [
            ("=1+1", "'=1+1"),
            ("+8613800000000", "'+8613800000000"),
            ("-5", "-5"),
            ("-5.25", "-5.25"),
            ("-5+1", "'-5+1"),
            ("-", "'-"),
            ("@SUM(A1)", "'@SUM(A1)"),
            ("＝1+1", "'＝1+1"),
            (" =1", "' =1"),
            ("\t1", "'\t1"),
            ("'=1", "''=1"),
            ("'-5", "''-5"),
            ("'甲'", "'甲'"),
            ("5-1", "5-1"),
            ("", ""),
        ] {
            assert_eq!((marked(cell).as_str(), unmarked(written)), (written, cell), "{cell}");
        }
        assert_eq!((marked_twice("=1").as_str(), unmarked("=1")), ("=1", "=1"));
    }

    proptest! {
        #[test]
        fn what_is_marked_reads_back(cell in "[-'=+@＝ \t\n1.甲]{0,8}") {
            for written in [marked(&cell), marked_twice(&cell)] {
                prop_assert_eq!(unmarked(&written), &cell);
            }
        }
    }
}
