//! Form: length, headers, loose ends, and what must stand in no file.

use crate::tree::{File, Finding, Rule, Tree};

pub const SIZE: Rule = Rule {
    sentence: "A file is one idea: at most 500 lines (STYLE.md 200); lock files, data and generated files apart.",
    find: size,
};
pub const HEADERS: Rule =
    Rule { sentence: "Every Rust file starts with a `//!` sentence that says what it is.", find: headers };
pub const OPEN_ENDS: Rule = Rule {
    sentence: "Nothing is left open in the code: finish it, or leave it out.",
    find: |tree| containing(tree, is_code, &open_ends()),
};
pub const HOLLOW_TESTS: Rule =
    Rule { sentence: "A test runs and can fail.", find: |tree| containing(tree, is_code, &hollow()) };
pub const ALLOWED_LINTS: Rule = Rule {
    sentence: "A lint is expected with a reason (`#[expect(…, reason = …)]`), never allowed: an expectation that is no longer met is reported.",
    find: |tree| containing(tree, File::is_rust, &[join("#[all", "ow("), join("#![all", "ow(")]),
};
pub const CLOCK: Rule = Rule {
    sentence: "Clock, randomness and ids reach code only through the context; crates/kernel/src/clock.rs is where they come from.",
    find: clock,
};
pub const INLINE: Rule = Rule {
    sentence: "Pages carry no inline script or style: the content security policy refuses it.",
    find: inline,
};
pub const REGISTRIES: Rule = Rule {
    sentence: "No address of a package registry stands in any file but lock files.",
    find: registries,
};
pub const WHEREABOUTS: Rule = Rule {
    sentence: "No file names the place where it was written; only tests and benches name the real data beside the checkout.",
    find: whereabouts,
};

/// Two halves of a word, so that this file does not break its own rules.
fn join(head: &str, tail: &str) -> String {
    format!("{head}{tail}")
}

fn is_code(file: &File) -> bool {
    file.ends_with(&[".rs", ".toml", ".js", ".mjs", ".css", ".html", ".sql"])
}

fn is_lock(file: &File) -> bool {
    file.ends_with(&["Cargo.lock", "package-lock.json"])
}

fn open_ends() -> Vec<String> {
    vec![
        join("TO", "DO"),
        join("FIX", "ME"),
        join("XX", "X"),
        join("todo", "!("),
        join("unimpl", "emented!("),
    ]
}

fn hollow() -> Vec<String> {
    vec![join("#[ign", "ore"), join("assert!(", "true)"), join("test.", "skip"), join("test.", "only")]
}

fn containing(tree: &Tree, which: fn(&File) -> bool, words: &[String]) -> Vec<Finding> {
    let mut found = Vec::new();
    for file in tree.files.iter().filter(|f| which(f)) {
        for (number, line) in file.lines() {
            found.extend(words.iter().filter(|w| line.contains(w.as_str())).map(|w| file.finding(number, w)));
        }
    }
    found
}

fn size(tree: &Tree) -> Vec<Finding> {
    let written = |f: &&File| {
        let data = ["docs/generated/", "crates/codes/data/"].iter().any(|dir| f.path.starts_with(dir))
            || (f.path.starts_with("pack/") && f.path.ends_with(".toml"));
        let kinds = [".rs", ".html", ".css", ".js", ".mjs", ".sql", ".toml", ".md", ".typ"];
        !data && (f.ends_with(&kinds) || f.path.starts_with("scripts/"))
    };
    let mut found = Vec::new();
    for file in tree.files.iter().filter(written) {
        let (lines, most) = (file.text.lines().count(), if file.path == "STYLE.md" { 200 } else { 500 });
        if lines > most {
            found.push(file.finding(most + 1, format!("{lines} lines")));
        }
    }
    found
}

fn headers(tree: &Tree) -> Vec<Finding> {
    let without = |f: &&File| f.is_rust() && !f.text.starts_with("//! ");
    tree.files.iter().filter(without).map(|f| f.finding(1, "starts without one")).collect()
}

fn clock(tree: &Tree) -> Vec<Finding> {
    const SOURCES: [&str; 12] = [
        "SystemTime::now",
        "Timestamp::now",
        "Zoned::now",
        "ZonedDateTime::now",
        "Utc::now",
        "Local::now",
        "TimeZone::system",
        "rand::rng(",
        "rand::random",
        "thread_rng(",
        "getrandom",
        "Uuid::new",
    ];
    let mut found = Vec::new();
    for (file, source) in tree.rust().filter(|(f, _)| f.path != "crates/kernel/src/clock.rs") {
        for (number, line) in source.code.lines().enumerate() {
            found.extend(SOURCES.iter().filter(|s| line.contains(**s)).map(|s| file.finding(number + 1, *s)));
        }
    }
    found
}

fn inline(tree: &Tree) -> Vec<Finding> {
    let mut found = Vec::new();
    let pages =
        |f: &&File| f.path.ends_with(".html") && ["crates/", "web/"].iter().any(|d| f.path.starts_with(d));
    for file in tree.files.iter().filter(pages) {
        for (number, line) in file.lines() {
            let handler = line.split([' ', '\t']).find(|word| {
                let (name, value) = word.split_once('=').unwrap_or(("", ""));
                name.len() > 3
                    && name.starts_with("on")
                    && name.bytes().all(|b| b.is_ascii_lowercase())
                    && value.starts_with(['"', '\''])
            });
            let script = line.contains("<script") && !line.contains("src=");
            let style = ["<style", " style=", "javascript:"].into_iter().find(|w| line.contains(*w));
            let what = style.or(script.then_some("<script> without src")).or(handler);
            found.extend(what.map(|what| file.finding(number, what)));
        }
    }
    found
}

fn registries(tree: &Tree) -> Vec<Finding> {
    let hosts = [
        join("crates.", "io/"),
        join("crates.", "io-index"),
        join("registry.npm", "js"),
        join("npmjs.", "com"),
        join("pypi.", "org"),
        join("pythonhosted.", "org"),
        join("deb.deb", "ian.org"),
        join("static.rust", "-lang.org"),
    ];
    let written: fn(&File) -> bool = |f| !is_lock(f);
    containing(tree, written, &hosts)
}

fn whereabouts(tree: &Tree) -> Vec<Finding> {
    let (place, library, data) = (join("/wo", "rk/"), join(".libr", "ary/"), join("shared/", "data"));
    let mut found = Vec::new();
    for file in tree.files.iter().filter(|f| !is_lock(f)) {
        for (number, line) in file.lines() {
            let rooted = line
                .match_indices(&place)
                .any(|(i, _)| !line[..i].ends_with(|c: char| c.is_alphanumeric() || "_.-".contains(c)));
            if rooted || line.contains(&library) || (line.contains(&data) && !file.is_test()) {
                found.push(file.finding(number, line.trim().chars().take(80).collect::<String>()));
            }
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    const RS: &str = "crates/kernel/src/flow.rs";
    const HTML: &str = "web/layout/base.html";

    #[test]
    fn a_long_file_is_refused() {
        let long = "x\n".repeat(501);
        assert!(SIZE.refuses(&[(RS, &long)]));
        assert!(SIZE.refuses(&[("STYLE.md", &"x\n".repeat(201))]));
        assert!(!SIZE.refuses(&[
            (RS, &"x\n".repeat(500)),
            ("pack/chengdu/units.csv", &long),
            ("Cargo.lock", &long)
        ]));
    }

    #[test]
    fn a_file_without_a_header_is_refused() {
        assert!(HEADERS.refuses(&[(RS, "use std::fs;")]));
        assert!(!HEADERS.refuses(&[(RS, "//! What a case may become.\n")]));
    }

    #[test]
    fn loose_ends_are_refused() {
        for word in open_ends() {
            assert!(OPEN_ENDS.refuses(&[(RS, &word)]), "{word}");
        }
        for word in hollow() {
            assert!(HOLLOW_TESTS.refuses(&[(RS, &word)]), "{word}");
        }
        assert!(ALLOWED_LINTS.refuses(&[(RS, &join("#[all", "ow(dead_code)]"))]));
        assert!(!ALLOWED_LINTS.refuses(&[(RS, "#[expect(dead_code, reason = \"…\")]")]));
    }

    #[test]
    fn a_second_clock_is_refused() {
        assert!(CLOCK.refuses(&[(RS, "let at = SystemTime::now();")]));
        assert!(CLOCK.refuses(&[(RS, "let n: u8 = rand::random();")]));
        assert!(!CLOCK.refuses(&[(RS, "let at = ctx.now; // not SystemTime::now()")]));
        assert!(!CLOCK.refuses(&[("crates/kernel/src/clock.rs", "SystemTime::now()")]));
    }

    #[test]
    fn inline_script_and_style_are_refused() {
        for text in [
            "<p style=\"color:red\">",
            "<style>",
            "<script>f()</script>",
            "<a onclick=\"f()\">",
            "<a href=\"javascript:f()\">",
        ] {
            assert!(INLINE.refuses(&[(HTML, text)]), "{text}");
        }
        assert!(
            !INLINE
                .refuses(&[(HTML, "<script src=\"/a.js\" defer></script><p class=\"one\" data-on=\"x\">")])
        );
    }

    #[test]
    fn addresses_of_elsewhere_are_refused() {
        assert!(REGISTRIES.refuses(&[("README.md", &join("https://registry.npm", "js.org/x"))]));
        assert!(
            !REGISTRIES.refuses(&[("browser/package-lock.json", &join("https://registry.npm", "js.org/x"))])
        );
        assert!(WHEREABOUTS.refuses(&[("README.md", &join("see /wo", "rk/notes"))]));
        assert!(WHEREABOUTS.refuses(&[(RS, &join("../shared/", "data"))]));
        assert!(!WHEREABOUTS.refuses(&[
            ("crates/app/tests/replay.rs", &join("../shared/", "data")),
            (RS, "// frame/work/x")
        ]));
    }
}
