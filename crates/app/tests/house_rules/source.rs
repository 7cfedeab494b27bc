//! Rust source taken apart: the code without comments, strings and tests, and the strings by themselves.

use std::ops::RangeInclusive;

/// A Rust file without its tests.
pub struct Source {
    /// The code; every comment, string and test is blanked, lines stay where they were.
    pub code: String,
    /// The string literals of the code, in order.
    pub strings: Vec<Literal>,
    /// The lines of its tests.
    pub tests: Vec<RangeInclusive<usize>>,
}

/// A string literal.
pub struct Literal {
    /// Line of its first character.
    pub line: usize,
    /// Position of its opening quote in `code`, in characters.
    pub at: usize,
    /// Its text; escapes stay as written, a line continued by `\` is joined.
    pub text: String,
}

/// Reads a Rust file.
pub fn read(text: &str) -> Source {
    let mut scan =
        Scan { chars: text.chars().collect(), at: 0, line: 1, code: Vec::new(), strings: Vec::new() };
    scan.run();
    let Scan { mut code, mut strings, .. } = scan;
    let mut lines = Vec::new();
    for (from, to) in tests(&code) {
        let line = |at: usize| 1 + code.iter().take(at).filter(|c| **c == '\n').count();
        lines.push(line(from)..=line(to.saturating_sub(1)));
        for c in code.iter_mut().take(to).skip(from).filter(|c| **c != '\n') {
            *c = ' ';
        }
        strings.retain(|s| s.at < from || s.at >= to);
    }
    Source { code: code.into_iter().collect(), strings, tests: lines }
}

/// The ranges of items under `#[cfg(test)]`.
fn tests(code: &[char]) -> Vec<(usize, usize)> {
    let mark: Vec<char> = "#[cfg(test)]".chars().collect();
    let mut found = Vec::new();
    let mut at = 0;
    while at + mark.len() <= code.len() {
        if code[at..at + mark.len()] != mark[..] {
            at += 1;
            continue;
        }
        let mut end = at + mark.len();
        let mut depth = 0;
        while end < code.len() {
            match code[end] {
                '{' => depth += 1,
                '}' => depth -= 1,
                _ => {}
            }
            end += 1;
            if depth == 0 && matches!(code[end - 1], '}' | ';') {
                break;
            }
        }
        found.push((at, end));
        at = end;
    }
    found
}

struct Scan {
    chars: Vec<char>,
    at: usize,
    line: usize,
    code: Vec<char>,
    strings: Vec<Literal>,
}

impl Scan {
    fn run(&mut self) {
        while let Some(c) = self.peek(0) {
            match (c, self.peek(1)) {
                ('/', Some('/')) => self.blank_until(|s| s.peek(0) == Some('\n')),
                ('/', Some('*')) => self.block_comment(),
                ('"', _) => self.string(),
                ('r', Some('"' | '#')) if !self.in_word() && self.raw_hashes().is_some() => self.raw_string(),
                ('\'', _) => self.quote(),
                _ => self.keep(),
            }
        }
    }

    fn peek(&self, ahead: usize) -> Option<char> {
        self.chars.get(self.at + ahead).copied()
    }

    fn in_word(&self) -> bool {
        // `br"…"` is a string too, so a lone `b` before the `r` does not make a word.
        let before = |n: usize| self.code.len().checked_sub(n).map(|i| self.code[i]);
        let word = |c: Option<char>| c.is_some_and(|c| c.is_alphanumeric() || c == '_');
        if before(1) == Some('b') { word(before(2)) } else { word(before(1)) }
    }

    fn keep(&mut self) {
        self.push(self.chars[self.at]);
    }

    fn blank(&mut self) {
        self.push(if self.chars[self.at] == '\n' { '\n' } else { ' ' });
    }

    fn push(&mut self, c: char) {
        self.code.push(c);
        self.line += usize::from(c == '\n');
        self.at += 1;
    }

    fn blank_until(&mut self, end: impl Fn(&Self) -> bool) {
        while self.at < self.chars.len() && !end(self) {
            self.blank();
        }
    }

    fn block_comment(&mut self) {
        let mut depth = 0;
        while self.at < self.chars.len() {
            match (self.peek(0), self.peek(1)) {
                (Some('/'), Some('*')) => depth += 1,
                (Some('*'), Some('/')) => depth -= 1,
                _ => {
                    self.blank();
                    continue;
                }
            }
            self.blank();
            self.blank();
            if depth == 0 {
                return;
            }
        }
    }

    fn string(&mut self) {
        let (start, line) = (self.at, self.line);
        self.keep();
        let from = self.at;
        while let Some(c) = self.peek(0).filter(|c| *c != '"') {
            self.blank();
            if c == '\\' && self.at < self.chars.len() {
                self.blank();
            }
        }
        self.literal(start, line, from);
        if self.at < self.chars.len() {
            self.keep();
        }
    }

    fn raw_hashes(&self) -> Option<usize> {
        let hashes = (1..).take_while(|n| self.peek(*n) == Some('#')).count();
        (self.peek(1 + hashes) == Some('"')).then_some(hashes)
    }

    fn raw_string(&mut self) {
        let hashes = self.raw_hashes().unwrap_or(0);
        let (start, line) = (self.at, self.line);
        for _ in 0..hashes + 2 {
            self.keep();
        }
        let from = self.at;
        self.blank_until(|s| s.peek(0) == Some('"') && (1..=hashes).all(|n| s.peek(n) == Some('#')));
        self.literal(start, line, from);
        for _ in 0..(hashes + 1).min(self.chars.len() - self.at) {
            self.keep();
        }
    }

    fn literal(&mut self, start: usize, line: usize, from: usize) {
        let raw: String = self.chars[from..self.at].iter().collect();
        let mut parts = raw.split("\\\n");
        let mut text = parts.next().unwrap_or_default().to_owned();
        for part in parts {
            text.push_str(part.trim_start());
        }
        self.strings.push(Literal { line, at: start, text });
    }

    /// A character literal is blanked; a lifetime is code.
    fn quote(&mut self) {
        let length = match (self.peek(1), self.peek(2)) {
            (Some('\\'), _) => (3..).find(|n| matches!(self.peek(*n), Some('\'') | None)).unwrap_or(3) + 1,
            (Some(_), Some('\'')) => 3,
            _ => return self.keep(),
        };
        for _ in 0..length.min(self.chars.len() - self.at) {
            self.blank();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn comments_and_strings_are_taken_out_of_the_code() {
        let source = read(
            "let a = \"x // y\"; // let b\n/* c /* d */ e */ let f = '\"'; let g: &'a str = r#\"q\"r\"#;",
        );
        assert!(!source.code.contains("let b") && !source.code.contains('e'.to_string().repeat(2).as_str()));
        assert!(source.code.contains("let f") && source.code.contains("&'a str"));
        let texts: Vec<_> = source.strings.iter().map(|s| s.text.as_str()).collect();
        assert_eq!(texts, ["x // y", "q\"r"]);
        assert_eq!(source.strings[1].line, 2);
    }

    #[test]
    fn escapes_do_not_end_a_string() {
        let source = read(r#"f("a\"b", '\'', b"c", 'x'); g();"#);
        let texts: Vec<_> = source.strings.iter().map(|s| s.text.as_str()).collect();
        assert_eq!(texts, ["a\\\"b", "c"]);
        assert!(source.code.ends_with("g();"));
    }

    #[test]
    fn a_continued_line_is_joined() {
        let source = read("f(\"SELECT a \\\n        FROM t\");");
        assert_eq!(source.strings[0].text, "SELECT a FROM t");
    }

    #[test]
    fn tests_are_cut_and_what_follows_stays() {
        let text = "fn a() {}\n#[cfg(test)]\nmod tests { fn b() { s(\"}\"); } }\nfn c() {}\n#[cfg(test)]\nuse d;\nfn e() {}";
        let source = read(text);
        for (word, there) in
            [("fn a", true), ("fn b", false), ("fn c", true), ("use d", false), ("fn e", true)]
        {
            assert_eq!(source.code.contains(word), there, "{word}");
        }
        assert!(source.strings.is_empty());
        assert_eq!(source.tests, [2..=3, 5..=6]);
    }
}
