//! The files of a checkout, and what it means to be a rule over them.

use std::fs;
use std::path::Path;

use crate::source::{self, Source};

/// A rule: the sentence people read when it is broken, and the search for what breaks it.
pub struct Rule {
    /// What people read.
    pub sentence: &'static str,
    /// What breaks it in a tree.
    pub find: fn(&Tree) -> Vec<Finding>,
}

impl Rule {
    /// Whether the rule refuses a tree of these files; for self-tests.
    pub fn refuses(&self, files: &[(&str, &str)]) -> bool {
        !(self.find)(&Tree::of(files)).is_empty()
    }
}

/// One place that breaks a rule.
#[derive(Clone)]
pub struct Finding {
    pub path: String,
    pub line: usize,
    pub what: String,
}

/// A text file: its path from the root of the checkout, with `/`.
pub struct File {
    pub path: String,
    pub text: String,
}

impl File {
    /// Something found in this file.
    pub fn finding(&self, line: usize, what: impl Into<String>) -> Finding {
        Finding { path: self.path.clone(), line, what: what.into() }
    }

    /// Whether the path has one of these endings.
    pub fn ends_with(&self, endings: &[&str]) -> bool {
        endings.iter().any(|ending| self.path.ends_with(ending))
    }

    /// Whether it is Rust.
    pub fn is_rust(&self) -> bool {
        self.path.ends_with(".rs")
    }

    /// Tests, the kit they are made with, and benches: never shipped.
    pub fn is_test(&self) -> bool {
        self.path.ends_with("/tests.rs")
            || self.path.contains("/tests/")
            || ["crates/testkit/", "bench/", "browser/"].iter().any(|dir| self.path.starts_with(dir))
    }

    /// The shipped Rust code of the file: without comments, strings and `#[cfg(test)]` parts.
    pub fn rust(&self) -> Option<Source> {
        (self.is_rust() && !self.is_test()).then(|| source::read(&self.text))
    }

    /// Lines from 1.
    pub fn lines(&self) -> impl Iterator<Item = (usize, &str)> {
        self.text.lines().enumerate().map(|(i, line)| (i + 1, line))
    }
}

/// All text files of a checkout, or of an example.
pub struct Tree {
    pub files: Vec<File>,
}

impl Tree {
    /// An example.
    pub fn of(files: &[(&str, &str)]) -> Self {
        let files = files.iter().map(|(path, text)| File { path: (*path).into(), text: (*text).into() });
        Self { files: files.collect() }
    }

    /// This checkout, committed or not, without what is built, fetched or served.
    #[expect(clippy::expect_used, reason = "without a checkout there is nothing to test")]
    pub fn of_checkout() -> Self {
        let root =
            Path::new(env!("CARGO_MANIFEST_DIR")).ancestors().nth(2).expect("crates/app lies two below");
        let mut files = Vec::new();
        collect(root, "", &mut files);
        Self { files }
    }

    /// The files that hold shipped Rust code, taken apart.
    pub fn rust(&self) -> impl Iterator<Item = (&File, Source)> {
        self.files.iter().filter_map(|file| Some((file, file.rust()?)))
    }
}

const OUTSIDE: [&str; 6] = ["target", "dist", "data", "web/vendor", "browser/shots", "browser/node_modules"];

#[expect(clippy::expect_used, reason = "a folder that cannot be read must fail the test, not pass it")]
fn collect(root: &Path, below: &str, files: &mut Vec<File>) {
    let mut entries: Vec<_> = fs::read_dir(root.join(below)).expect("a folder").flatten().collect();
    entries.sort_by_key(fs::DirEntry::file_name);
    for entry in entries {
        let name = entry.file_name().to_string_lossy().into_owned();
        let path = if below.is_empty() { name.clone() } else { format!("{below}/{name}") };
        let hidden = name.starts_with('.') && ![".ci", ".config", ".gitignore"].contains(&name.as_str());
        if hidden || name == "node_modules" || OUTSIDE.contains(&path.as_str()) {
            continue;
        }
        if entry.path().is_dir() {
            collect(root, &path, files);
        } else if let Ok(text) = fs::read_to_string(entry.path()) {
            files.push(File { path, text });
        }
    }
}
