//! What the shipped packs define, as far as rules ask: keys and words of procedures, read line by line.

use std::collections::BTreeSet;

use crate::imports::capability;
use crate::tree::{File, Finding, Rule, Tree};

pub const KERNEL: Rule = Rule {
    sentence: "The kernel knows no single procedure: no key, folder, address or Chinese word of one stands in crates/kernel/src, tests apart.",
    find: kernel,
};

pub const STRINGS: Rule = Rule {
    sentence: "Nobody decides by the key of an act, a state, an outcome, a role or a field of a definition: outside the code that a definition has of its own, what differs is data of the definition or a hook it names.",
    find: strings,
};

/// A procedure of a shipped pack.
pub struct Definition<'a> {
    pub file: &'a File,
    pub key: &'a str,
    pub title: &'a str,
    /// Its address, and its folder where it has one of its own.
    pub places: Vec<&'a str>,
    pub acts: Vec<&'a str>,
    /// States, outcomes and fields.
    pub keys: BTreeSet<&'a str>,
    /// Labels of acts and states.
    pub labels: BTreeSet<&'a str>,
}

impl<'a> Definition<'a> {
    /// Whether a text is the full name of one of its acts.
    fn is_act(&self, text: &str) -> bool {
        let act = text.strip_prefix(self.key).and_then(|rest| rest.strip_prefix('.'));
        act.is_some_and(|act| self.acts.contains(&act))
    }

    /// Whether a text is a key of it, or of something in it.
    fn has(&self, text: &str) -> bool {
        self.key == text || self.acts.contains(&text) || self.keys.contains(text)
    }

    /// The capability that has code for it, where one does: the one called like its folder.
    fn owner(&self) -> Option<&'a str> {
        self.file.path.strip_suffix("/flow.toml")?.rsplit('/').next()
    }
}

/// The procedures of the shipped packs.
pub fn definitions(tree: &Tree) -> Vec<Definition<'_>> {
    let shipped = |f: &&File| {
        f.path.starts_with("pack/") && (f.path.contains("/procedures/") || f.path.ends_with("/flow.toml"))
    };
    tree.files.iter().filter(shipped).filter(|f| f.path.ends_with(".toml")).map(|f| read(f, tree)).collect()
}

fn read<'a>(file: &'a File, tree: &'a Tree) -> Definition<'a> {
    let mut definition = Definition {
        file,
        key: "",
        title: "",
        places: Vec::new(),
        acts: Vec::new(),
        keys: BTreeSet::new(),
        labels: BTreeSet::new(),
    };
    definition.places.extend(definition.owner());
    sections(&file.text, &mut definition);
    // The forms of a procedure with a folder stand in a file beside it.
    let beside = file.path.strip_suffix("flow.toml").map(|folder| format!("{folder}forms.toml"));
    if let Some(forms) = beside.and_then(|path| tree.files.iter().find(|f| f.path == path)) {
        sections(&forms.text, &mut definition);
    }
    definition
}

fn sections<'a>(text: &'a str, definition: &mut Definition<'a>) {
    let mut section = "";
    for line in text.lines().map(str::trim) {
        if let Some(head) = line.strip_prefix('[').and_then(|rest| rest.split(']').next()) {
            section = head;
            let parts: Vec<&str> = head.split('.').collect();
            match parts[..] {
                ["acts", act] => definition.acts.push(act),
                ["fields", key]
                | ["states", key]
                | ["acts", _, "outcomes", key]
                | ["forms", _, "fields", key] => {
                    definition.keys.insert(key);
                }
                _ => {}
            }
            continue;
        }
        let Some((key, value)) = line.split_once('=') else { continue };
        let (key, value) = (key.trim(), value.trim());
        let parts: Vec<&str> = section.split('.').collect();
        match (&parts[..], key) {
            ([""], "key") => definition.key = quoted(value),
            ([""], "title") => definition.title = quoted(value),
            ([""], "path") => definition.places.push(quoted(value)),
            (["acts", _] | ["states", _], "label") => {
                definition.labels.insert(quoted(value));
            }
            (["states"], key) => {
                definition.keys.insert(key);
                definition.labels.extend(label(value));
            }
            (["fields"] | ["forms", _, "fields"] | ["acts", _, "outcomes"], key) => {
                definition.keys.insert(key);
            }
            _ => {}
        }
    }
}

fn quoted(value: &str) -> &str {
    value.strip_prefix('"').and_then(|rest| rest.split('"').next()).unwrap_or_default()
}

/// The label of an inline table.
fn label(value: &str) -> Option<&str> {
    let rest = value.split_once("label")?.1.trim_start().strip_prefix('=')?;
    Some(quoted(rest.trim_start()))
}

/// Words of the field that no title says alone.
const BESIDE_TITLES: [&str; 2] = ["诉求", "热线"];

/// What stands in the kernel although a definition says it, too: place, word, and why it may.
const KERNEL_MAY: [(&str, &str, &str); 4] = [
    ("crates/kernel/src/pack/definition/tab.rs", "分类", "a tab of the file of every association"),
    ("crates/kernel/src/pack/stands_for.rs", "分类", "what a field can stand for, in any definition"),
    ("crates/kernel/src/pack/relations.rs", "审核", "a column of association_types.csv (负责人审核)"),
    ("crates/kernel/src/pack/roles.rs", "分办", "how far a right reaches, of any procedure"),
];

fn kernel(tree: &Tree) -> Vec<Finding> {
    let all = definitions(tree);
    let keys: BTreeSet<&str> = all.iter().flat_map(|d| d.places.iter().copied().chain([d.key])).collect();
    let titles = all.iter().flat_map(|d| d.labels.iter().copied().chain([d.title])).chain(BESIDE_TITLES);
    let titles: BTreeSet<&str> = titles.filter(|word| word.chars().count() > 1).collect();
    let (mut found, mut needed) = (Vec::new(), Vec::new());
    for file in tree.files.iter().filter(|f| f.path.starts_with("crates/kernel/src/") && !f.is_test()) {
        let tests = file.rust().map(|source| source.tests).unwrap_or_default();
        for (number, line) in file.lines().filter(|(number, _)| !tests.iter().any(|t| t.contains(number))) {
            let written = segments(line);
            let named = keys.iter().filter(|key| names(&written, key));
            let said = titles.iter().filter(|title| line.contains(**title));
            for word in named.chain(said) {
                match KERNEL_MAY.iter().position(|(path, allowed, _)| file.path == *path && word == allowed) {
                    Some(exception) => needed.push(exception),
                    None => found.push(file.finding(number, *word)),
                }
            }
        }
    }
    let places = KERNEL_MAY.iter().map(|(path, _, why)| (*path, *why));
    found.extend(idle(tree, places, &needed));
    found
}

/// Exceptions that nothing needs any more; only of files that are there.
fn idle<'t>(
    tree: &'t Tree,
    exceptions: impl Iterator<Item = (&'static str, &'static str)> + 't,
    needed: &'t [usize],
) -> impl Iterator<Item = Finding> + 't {
    exceptions.enumerate().filter(|(nth, _)| !needed.contains(nth)).filter_map(|(_, (path, why))| {
        let file = tree.files.iter().find(|file| file.path == path)?;
        Some(file.finding(1, format!("no longer needs its exception: {why}")))
    })
}

/// Whether words in a row are those of a key, one or many of them.
fn names(written: &[String], key: &str) -> bool {
    let key = segments(key);
    let Some((last, first)) = key.split_last() else { return false };
    let alike = |word: &String| word == last || word.strip_suffix('s') == Some(last);
    written.windows(key.len()).any(|row| row.starts_with(first) && row.last().is_some_and(alike))
}

/// The words of identifiers, small: `AppealKind` and `appeal_kind` are both `appeal`, `kind`.
fn segments(text: &str) -> Vec<String> {
    let mut words = vec![String::new()];
    let mut small = false;
    for c in text.chars() {
        if !c.is_ascii_alphanumeric() || (c.is_ascii_uppercase() && small) {
            words.push(String::new());
        }
        small = c.is_ascii_lowercase() || c.is_ascii_digit();
        if c.is_ascii_alphanumeric() {
            words.last_mut().into_iter().for_each(|word| word.push(c.to_ascii_lowercase()));
        }
    }
    words.retain(|word| !word.is_empty());
    words
}

/// Where a key is compared although it is a definition's, too: place, key, and why it may.
const COMPARED_MAY: [(&str, &[&str], &str); 11] = [
    (
        "crates/app/src/demo/cases.rs",
        &["submit", "register", "unit", "handler"],
        "tells the seeds of appeals",
    ),
    ("crates/app/src/demo/events.rs", &["register"], "tells the seeds of appeals"),
    (
        "crates/features/src/base/admin/posts.rs",
        &["unit"],
        "a field of the form of posts, which no pack defines",
    ),
    (
        "crates/features/src/base/associations/pages.rs",
        &["appeal.submit"],
        "the card of an association leads to a first appeal",
    ),
    ("crates/features/src/base/duty/subject.rs", &["kind"], "a column of links"),
    ("crates/features/src/base/matters/plain.rs", &["kind", "unit"], "columns that every matter has"),
    ("crates/features/src/base/matters/spine.rs", &["unit", "association"], "columns that every matter has"),
    (
        "crates/features/src/base/matters/subject.rs",
        &["outcome"],
        "the journal's word for the outcome of any act",
    ),
    ("crates/features/src/base/matters/view.rs", &["kind", "unit"], "columns that every matter has"),
    ("crates/kernel/src/http/formview.rs", &["files", "text"], "controls, not fields"),
    (
        "crates/kernel/src/pack/definition/acts.rs",
        &["assign"],
        "a word of the language that definitions are written in",
    ),
];

fn strings(tree: &Tree) -> Vec<Finding> {
    let (all, roles) = (definitions(tree), roles(tree));
    let (mut found, mut needed) = (Vec::new(), Vec::new());
    for (file, source) in tree.rust() {
        let capability = capability(&file.path);
        let own = |d: &&Definition<'_>| d.owner().is_some() && d.owner() == capability;
        // The code that a definition has of its own may decide by its keys.
        if all.iter().any(|d| own(&d)) || !ours(&file.path) {
            continue;
        }
        let code: Vec<char> = source.code.chars().collect();
        for literal in &source.strings {
            let text = literal.text.as_str();
            let named = all.iter().any(|d| d.is_act(text));
            let key = || roles.contains(text) || all.iter().any(|d| d.has(text));
            let decided = is_compared(&code, literal.at) && (is_key_of_something(&code, literal.at) || key());
            if !(named || decided) {
                continue;
            }
            match COMPARED_MAY.iter().position(|(path, keys, _)| file.path == *path && keys.contains(&text)) {
                Some(exception) => needed.push(exception),
                None => found.push(file.finding(literal.line, format!("decides by \"{text}\""))),
            }
        }
    }
    let own = |file: &File| all.iter().any(|d| d.owner().is_some() && d.owner() == capability(&file.path));
    for file in tree.files.iter().filter(|f| f.path.ends_with(".html") && !own(f)) {
        for (number, line) in file.lines() {
            let chars: Vec<char> = line.chars().collect();
            let quotes = (0..chars.len()).filter(|at| chars[*at] == '"');
            found.extend(
                quotes
                    .filter(|at| is_key_of_something(&chars, *at))
                    .map(|_| file.finding(number, line.trim())),
            );
        }
    }
    let places = COMPARED_MAY.iter().map(|(path, _, why)| (*path, *why));
    found.extend(idle(tree, places, &needed));
    found
}

/// Code that handles what packs define.
fn ours(path: &str) -> bool {
    ["crates/kernel/", "crates/features/", "crates/app/"].iter().any(|dir| path.starts_with(dir))
}

/// Roles of the shipped packs.
fn roles(tree: &Tree) -> BTreeSet<&str> {
    let files = tree.files.iter().filter(|f| f.path.starts_with("pack/") && f.path.ends_with("/roles.toml"));
    let heads = files.flat_map(|f| f.text.lines()).filter_map(|line| line.strip_prefix("[roles."));
    heads.filter_map(|rest| rest.split(']').next()).collect()
}

/// The code before a literal, and behind it.
fn around(code: &[char], at: usize) -> (String, String) {
    let end = (at + 1..code.len()).find(|i| code[*i] == '"').unwrap_or(code.len());
    let before: String = code[at.saturating_sub(160)..at].iter().collect();
    let behind: String = code[(end + 1).min(code.len())..(end + 160).min(code.len())].iter().collect();
    (before.trim_end().to_owned(), behind.trim_start().to_owned())
}

/// Whether a literal stands where something is decided by it: beside `==`, in a pattern, in a set that is asked.
fn is_compared(code: &[char], at: usize) -> bool {
    let (before, behind) = around(code, at);
    let (before, behind) = match before.strip_suffix("Some(") {
        Some(outer) => (outer.trim_end(), behind.strip_prefix(')').unwrap_or(&behind).trim_start()),
        None => (before.as_str(), behind.as_str()),
    };
    let equals = |text: &str| ["==", "!="].contains(&text);
    let beside = equals(last(before, 2)) || ["==", "!="].iter().any(|sign| behind.starts_with(sign));
    let or = |one: bool, two: bool| one && !two;
    let alternative = or(before.ends_with('|'), before.ends_with("||"))
        || or(behind.starts_with('|'), behind.starts_with("||"));
    let arm = behind.starts_with("=>") || (behind.starts_with("if ") && !before.ends_with('='));
    let asked = before.ends_with("contains(&") || before.ends_with("contains(");
    let set = behind
        .trim_start_matches(|c: char| c.is_whitespace() || matches!(c, ',' | '"'))
        .starts_with("].contains(");
    let matched = before.rsplit_once("matches!(").is_some_and(|(_, inside)| balanced(inside))
        && behind.starts_with(')');
    beside || alternative && !before.ends_with("(|") || arm || asked || set || matched
}

/// Whether the other side of `==` is a key: `act.key`, `step.act`, `row.state`, `post.role`.
fn is_key_of_something(code: &[char], at: usize) -> bool {
    const KEYS: [&str; 7] = ["act", "state", "outcome", "role", "procedure", "state_before", "state_after"];
    let (before, _) = around(code, at);
    let before = before.strip_suffix("Some(").unwrap_or(&before).trim_end();
    let Some(other) = before.strip_suffix("==").or(before.strip_suffix("!=")) else { return false };
    let other = other.trim_end().trim_end_matches(".as_str()").trim_end_matches(".as_deref()");
    let words: Vec<&str> = other.rsplit(|c: char| !c.is_alphanumeric() && c != '_').take(2).collect();
    match words[..] {
        ["key", of] => KEYS.contains(&of) || ["field", "of"].contains(&of),
        [word, ..] => KEYS.contains(&word),
        [] => false,
    }
}

fn last(text: &str, most: usize) -> &str {
    text.len().checked_sub(most).and_then(|from| text.get(from..)).unwrap_or(text)
}

fn balanced(text: &str) -> bool {
    text.matches('(').count() == text.matches(')').count()
}

#[cfg(test)]
mod tests {
    use super::*;

    const FLOW: (&str, &str) = (
        "pack/town/grievances/flow.toml",
        "key = \"grievance\"\ntitle = \"申诉办理\"\n[states]\nheard = { label = \"已听取\", tone = \"blue\" }\n\
         [acts.hear]\nlabel = \"听取意见\"\n[acts.hear.outcomes.sustain]\nlabel = \"支持\"\n",
    );
    const FORMS: (&str, &str) = (
        "pack/town/grievances/forms.toml",
        "[forms.grievance_hear.fields]\nwitness = { label = \"证人\" }\n",
    );
    const VISIT: (&str, &str) = (
        "pack/town/procedures/site_visit.toml",
        "key = \"site_visit\"\ntitle = \"走访\"\npath = \"site-visits\"\n[fields]\nhost = { label = \"接待人\" }\n\
         [acts.call_on]\nlabel = \"上门\"\n",
    );
    const ROLES: (&str, &str) = ("pack/town/roles.toml", "[roles.warden]\ntitle = \"巡查员\"\n");

    fn refused(rule: &Rule, path: &str, text: &str) -> bool {
        rule.refuses(&[FLOW, FORMS, VISIT, ROLES, (path, text)])
    }

    #[test]
    fn a_definition_is_read() {
        let tree = Tree::of(&[FLOW, FORMS, VISIT]);
        let all = definitions(&tree);
        assert_eq!((all[0].key, all[0].title, all[0].owner()), ("grievance", "申诉办理", Some("grievances")));
        assert!(
            all[0].has("sustain")
                && all[0].has("witness")
                && all[0].has("heard")
                && all[0].is_act("grievance.hear")
        );
        assert!(!all[0].has("host") && !all[0].is_act("grievance.call_on"));
        assert_eq!((all[1].places.as_slice(), all[1].owner()), (&["site-visits"][..], None));
    }

    #[test]
    fn a_kernel_that_knows_a_procedure_is_refused() {
        let kernel = "crates/kernel/src/pack/limits.rs";
        for text in [
            "let file = \"grievances/flow.toml\";",
            "pub struct GrievanceKind;",
            "/// `grievance.hear`.",
            "fn f() { site_visits() }",
            "at(\"/site-visits\")",
            "say(\"请先听取意见\")",
            "/// 走访.",
            "// 已听取",
        ] {
            assert!(refused(&KERNEL, kernel, text), "{text}");
        }
        for text in [
            "pub struct Visit { site: u8 }",
            "/// `opinion.hear`.",
            "fn f() {}\n#[cfg(test)]\nmod tests { const A: &str = \"grievance\"; }",
        ] {
            assert!(!refused(&KERNEL, kernel, text), "{text}");
        }
        assert!(!refused(&KERNEL, "crates/kernel/src/pack/tests/small.rs", "\"grievance\""));
        assert!(!refused(&KERNEL, "crates/features/src/growth/grievances/acts.rs", "\"grievance\""));
    }

    #[test]
    fn code_that_decides_by_a_key_is_refused() {
        let engine = "crates/features/src/base/matters/case.rs";
        for text in [
            "if act.key == \"anything\" { f() }",
            "if step.state_after.as_str() != \"anything\" { f() }",
            "if key == \"hear\" { f() }",
            "if \"heard\" == state { f() }",
            "match key { \"sustain\" => 1, _ => 2 }",
            "match key { \"other\" | \"witness\" => 1, _ => 2 }",
            "match key { \"host\" if f() => 1, _ => 2 }",
            "if said == Some(\"heard\") { f() }",
            "match said { Some(\"heard\") => 1, _ => 2 }",
            "let yes = matches!(key.as_str(), \"call_on\");",
            "let yes = [\"a\", \"warden\"].contains(&role);",
            "let yes = keys.contains(&\"host\");",
            "if ctx.may(\"site_visit.call_on\").is_some() { f() }",
        ] {
            assert!(refused(&STRINGS, engine, text), "{text}");
        }
        for text in [
            "if key == \"unknown\" { f() }",
            "let label = f(\"hear\");",
            "let both = a || b(\"host\");",
            "// if key == \"hear\"",
            "match key { \"pdf\" | \"png\" => 1, _ => 2 }",
            "#[cfg(test)]\nmod tests { fn f() { act.key == \"hear\" } }",
        ] {
            assert!(!refused(&STRINGS, engine, text), "{text}");
        }
        assert!(refused(&STRINGS, "web/macros/act.html", "{% if offer.act == \"hear\" %}"));
        assert!(!refused(&STRINGS, "web/macros/act.html", "{% if field.control == \"text\" %}"));
        let own = "crates/features/src/growth/grievances/acts.rs";
        assert!(!refused(&STRINGS, own, "if act.key == \"hear\" { f() }"));
        assert!(refused(
            &STRINGS,
            "crates/features/src/growth/offers/acts.rs",
            "if act.key == \"hear\" { f() }"
        ));
    }

    #[test]
    fn an_exception_that_is_no_longer_needed_is_refused() {
        for (path, _, _) in KERNEL_MAY {
            assert!(KERNEL.refuses(&[(path, "fn f() {}")]), "{path}");
        }
        for (path, _, _) in COMPARED_MAY {
            assert!(STRINGS.refuses(&[(path, "fn f() {}")]), "{path}");
        }
    }
}
