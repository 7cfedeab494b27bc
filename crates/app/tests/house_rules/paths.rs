//! The paths a piece of Rust code names, with `use` trees spread out and made absolute.

/// A path with at least two segments.
pub struct Path {
    pub line: usize,
    pub segments: Vec<String>,
}

/// Every path in the code, in order.
pub fn paths(code: &str) -> Vec<Path> {
    let mut reader = Reader { tokens: tokens(code), at: 0, found: Vec::new() };
    while reader.at < reader.tokens.len() {
        if reader.word().is_some() && reader.is(1, "::") {
            reader.path(&[]);
        } else {
            reader.at += 1;
        }
    }
    reader.found
}

/// The path from the crate downwards, with the crate's folder first: `crate::base::units` in `features` is
/// `features, base, units`. A path that starts with neither a crate of ours nor `crate`, `self`, `super` stays as it is.
pub fn absolute(file: &str, path: &Path) -> Vec<String> {
    let mut here = module(file);
    let mut rest = path.segments.iter().map(String::as_str).peekable();
    match rest.peek() {
        Some(&"crate") => {
            here.truncate(1);
            rest.next();
        }
        Some(&"self") => {
            rest.next();
        }
        Some(&"super") => {
            while rest.next_if_eq(&"super").is_some() {
                here.pop();
            }
        }
        Some(first) => {
            let ours = first.strip_prefix("huitong_").map(str::to_owned);
            here = ours.into_iter().collect();
            if !here.is_empty() {
                rest.next();
            }
        }
        None => {}
    }
    here.extend(rest.map(str::to_owned));
    here
}

/// The module a file is: `crates/features/src/growth/appeals/acts.rs` is `features, growth, appeals, acts`.
pub fn module(file: &str) -> Vec<String> {
    let Some((package, inside)) = file.strip_prefix("crates/").and_then(|f| f.split_once("/src/")) else {
        return Vec::new();
    };
    let inside = inside.trim_end_matches(".rs");
    let mut module: Vec<String> = [package].into_iter().chain(inside.split('/')).map(str::to_owned).collect();
    if matches!(module.last().map(String::as_str), Some("mod" | "lib" | "main")) {
        module.pop();
    }
    module
}

struct Reader {
    tokens: Vec<(usize, String)>,
    at: usize,
    found: Vec<Path>,
}

impl Reader {
    fn is(&self, ahead: usize, token: &str) -> bool {
        self.tokens.get(self.at + ahead).is_some_and(|(_, t)| t == token)
    }

    fn word(&self) -> Option<&str> {
        let (_, token) = self.tokens.get(self.at)?;
        token.starts_with(|c: char| c.is_alphabetic() || c == '_').then_some(token)
    }

    /// Reads one path, or in a group all that follow from `prefix`, and leaves `at` behind it.
    fn path(&mut self, prefix: &[String]) {
        let mut segments = prefix.to_vec();
        let line = self.tokens[self.at].0;
        loop {
            if let Some(word) = self.word() {
                segments.push(word.to_owned());
                self.at += 1;
            } else if self.is(0, "{") {
                self.at += 1;
                while self.at < self.tokens.len() && !self.is(0, "}") {
                    let before = self.at;
                    self.path(&segments);
                    if self.is(0, "as") {
                        self.at += 2;
                    }
                    if self.is(0, ",") || self.at == before {
                        self.at += 1;
                    }
                }
                self.at += 1;
                return;
            } else {
                // `*`, a turbofish, or the end of what we understand.
                break;
            }
            if !self.is(0, "::") {
                break;
            }
            self.at += 1;
        }
        if segments.len() > 1 {
            self.found.push(Path { line, segments });
        }
    }
}

fn tokens(code: &str) -> Vec<(usize, String)> {
    let mut tokens = Vec::new();
    for (number, line) in code.lines().enumerate() {
        let mut rest = line.trim_start();
        while let Some(first) = rest.chars().next() {
            let length = if first.is_alphanumeric() || first == '_' {
                rest.find(|c: char| !c.is_alphanumeric() && c != '_').unwrap_or(rest.len())
            } else if rest.starts_with("::") {
                2
            } else {
                first.len_utf8()
            };
            let (token, after) = rest.split_at(length);
            tokens.push((number + 1, token.to_owned()));
            rest = after.trim_start();
        }
    }
    tokens
}

#[cfg(test)]
mod tests {
    use super::*;

    fn named(code: &str) -> Vec<String> {
        paths(code).iter().map(|p| p.segments.join("::")).collect()
    }

    #[test]
    fn use_trees_are_spread_out() {
        let code =
            "use crate::{base::{duty::store as s, units}, growth::*};\nlet x = units::find::<T>(a::B);";
        assert_eq!(
            named(code),
            ["crate::base::duty::store", "crate::base::units", "crate::growth", "units::find", "a::B"]
        );
        assert_eq!(paths(code)[3].line, 2);
    }

    #[test]
    fn a_file_knows_which_module_it_is() {
        let from = |file: &str, code: &str| absolute(file, &paths(code)[0]).join("::");
        let acts = "crates/features/src/growth/appeals/acts.rs";
        assert_eq!(from(acts, "use super::store;"), "features::growth::appeals::store");
        assert_eq!(from(acts, "super::super::offers::x()"), "features::growth::offers::x");
        assert_eq!(from(acts, "use crate::base::units;"), "features::base::units");
        assert_eq!(from(acts, "use huitong_kernel::db::Tx;"), "kernel::db::Tx");
        assert_eq!(from("crates/features/src/base/mod.rs", "self::units::x()"), "features::base::units::x");
    }
}
