//! What a definition must bring along, and what its code may do for it.

use std::collections::BTreeSet;

use crate::definitions::{Definition, definitions};
use crate::tree::{File, Finding, Rule, Tree};

pub const ALIVE: Rule = Rule {
    sentence: "A definition is alive: at most 250 lines and three hooks, name, summary and what is said where there is none, a story in examples/ and three seeds.",
    find: alive,
};

pub const HOOKS: Rule = Rule {
    sentence: "Hooks both ways: every check and effect that a pack names is one of the code's, every one of the code's is named by a pack and has a table of cases in the tests.",
    find: hooks,
};

pub const PUBLISHED: Rule = Rule {
    sentence: "Whoever publishes a pack holds it against every version before: what has been filled in stays readable.",
    find: published,
};

pub const RED_LINES: Rule = Rule {
    sentence: "What a red line forbids is a field nowhere, and nothing personal is written into the journal.",
    find: red_lines,
};

const MOST_LINES: usize = 250;
const MOST_HOOKS: usize = 3;
const LEAST_SEEDS: usize = 3;

/// The value of `key = "…"` where a line says it.
fn said<'a>(line: &'a str, key: &str) -> Option<&'a str> {
    let rest = line.trim_start().strip_prefix(key)?.trim_start().strip_prefix('=')?;
    rest.trim_start().strip_prefix('"')?.split('"').next()
}

/// Every `named = "…"` of a text that is no comment, with its line.
fn named(text: &str) -> Vec<(usize, &str)> {
    let mut found = Vec::new();
    for (nth, line) in text.lines().enumerate().filter(|(_, line)| !line.trim_start().starts_with('#')) {
        let places = line.match_indices("named").map(|(at, word)| &line[at + word.len()..]);
        let names = places.filter_map(|rest| {
            rest.trim_start().strip_prefix('=')?.trim_start().strip_prefix('"')?.split('"').next()
        });
        found.extend(names.map(|name| (nth + 1, name)));
    }
    found
}

fn alive(tree: &Tree) -> Vec<Finding> {
    let mut found = Vec::new();
    // A procedure with code of its own is tested by its code.
    for definition in definitions(tree)
        .iter()
        .filter(|d| ["/procedures/", "/registers/"].iter().any(|folder| d.file.path.contains(folder)))
    {
        let file = definition.file;
        let mut lacks = |what: String| found.push(file.finding(1, what));
        let lines = file.text.lines().count();
        if lines > MOST_LINES {
            lacks(format!("{lines} lines"));
        }
        let hooks: BTreeSet<&str> = named(&file.text).into_iter().map(|(_, name)| name).collect();
        if hooks.len() > MOST_HOOKS {
            lacks(format!("{} hooks", hooks.len()));
        }
        let sentences = section(&file.text, "[sentences]");
        for key in ["name", "summary", "empty"] {
            if !sentences.iter().any(|line| said(line, key).is_some_and(|text| !text.is_empty())) {
                lacks(format!("no {key} in [sentences]"));
            }
        }
        // What only the program begins is told and seeded where it comes from.
        if file.text.contains("by_program = true") {
            continue;
        }
        if of(tree, "/examples/", "of", definition).all(|file| !file.text.contains("[[stories]]")) {
            lacks(String::from("no story"));
        }
        let seeds: usize = of(tree, "/seeds/", "procedure", definition)
            .map(|f| f.text.matches("\n[[matters]]").count())
            .sum();
        if seeds < LEAST_SEEDS {
            lacks(format!("{seeds} seeds"));
        }
    }
    found
}

/// The files of a folder that say they are of this definition.
fn of<'a>(
    tree: &'a Tree,
    folder: &'a str,
    key: &'a str,
    of: &'a Definition<'_>,
) -> impl Iterator<Item = &'a File> {
    let inside = move |f: &&File| f.path.starts_with("pack/") && f.path.contains(folder);
    tree.files
        .iter()
        .filter(inside)
        .filter(move |f| f.text.lines().any(|line| said(line, key) == Some(of.key)))
}

/// The lines below a head, up to the next one.
fn section<'a>(text: &'a str, head: &str) -> Vec<&'a str> {
    let below = text.lines().skip_while(|line| line.trim() != head).skip(1);
    below.take_while(|line| !line.starts_with('[')).collect()
}

/// The hooks that code hands in: the pairs of each `GUARDS` and `EFFECTS`, with their place.
fn handed_in(tree: &Tree) -> Vec<(Finding, String)> {
    let mut found = Vec::new();
    for (file, source) in tree.rust().filter(|(f, _)| f.path.starts_with("crates/features/")) {
        let code: Vec<char> = source.code.chars().collect();
        for table in ["const GUARDS", "const EFFECTS"] {
            let mark: Vec<char> = table.chars().collect();
            let Some(from) = code.windows(mark.len()).position(|window| window == mark) else { continue };
            let until = (from..code.len()).find(|at| code[*at] == ';').unwrap_or(code.len());
            for literal in source.strings.iter().filter(|s| (from..until).contains(&s.at)) {
                let before: String = code[literal.at.saturating_sub(40)..literal.at].iter().collect();
                if before.trim_end().ends_with('(') {
                    found.push((
                        file.finding(literal.line, format!("no pack names {}", literal.text)),
                        literal.text.clone(),
                    ));
                }
            }
        }
    }
    found
}

/// Where hooks have their tables of cases.
const TABLES: &str = "crates/features/tests/";

fn hooks(tree: &Tree) -> Vec<Finding> {
    let all = definitions(tree);
    let code = handed_in(tree);
    let known: BTreeSet<String> = code.iter().map(|(_, name)| name.clone()).collect();
    let asked = || all.iter().flat_map(|d| named(&d.file.text).into_iter().map(move |place| (d.file, place)));
    let names: BTreeSet<&str> = asked().map(|(_, (_, name))| name).collect();
    let unknown = asked().filter(|(_, (_, name))| !known.contains(*name));
    let mut found: Vec<Finding> =
        unknown.map(|(file, (line, name))| file.finding(line, format!("no code is called {name}"))).collect();
    found.extend(
        code.iter().filter(|(_, name)| !names.contains(name.as_str())).map(|(finding, _)| finding.clone()),
    );
    let tests: Vec<&str> =
        tree.files.iter().filter(|f| f.path.starts_with(TABLES)).map(|f| f.text.as_str()).collect();
    for (finding, name) in code {
        let table = format!("cases(\"{name}\", ");
        if !tests.iter().any(|text| text.contains(&table)) {
            found.push(Finding { what: format!("no table of cases for {name}"), ..finding });
        }
    }
    found
}

/// Where packs are stored; the first one of a city has none before it.
const STORED: &str = "crates/kernel/src/city.rs";

fn published(tree: &Tree) -> Vec<Finding> {
    let mut found = Vec::new();
    for (file, source) in tree.rust().filter(|(f, _)| f.path != STORED) {
        let publishes = source.code.lines().position(|line| line.contains("city::publish("));
        let holds = source.code.contains("against(") && source.code.contains("older");
        if let Some(line) = publishes.filter(|_| !holds) {
            found.push(file.finding(line + 1, "publishes and looks at no version before"));
        }
    }
    found
}

/// What no field asks for, and where the reader of definitions keeps the same list.
const FORBIDDEN: [&str; 8] = ["密级", "份号", "政审", "志愿书", "党费", "花名册", "征信", "民族成份"];
const READER: &str = "crates/kernel/src/pack/markings.rs";
/// The same as names of columns.
const COLUMNS: [&str; 5] =
    ["political_review", "party_dues", "membership_roll", "credit_report", "ethnicity"];

fn red_lines(tree: &Tree) -> Vec<Finding> {
    let mut found = Vec::new();
    for file in &tree.files {
        if file.path == READER {
            let lacking = FORBIDDEN.iter().filter(|word| !file.text.contains(&format!("\"{word}\"")));
            found.extend(lacking.map(|word| file.finding(1, format!("the reader lets {word} pass"))));
        }
        if file.path.starts_with("migrations/") {
            for (number, line) in file.lines() {
                found.extend(COLUMNS.iter().filter(|c| line.contains(**c)).map(|c| file.finding(number, *c)));
            }
        }
        if file.path.starts_with("pack/") && file.path.ends_with(".toml") {
            found.extend(asks_for(file));
            found.extend(personal_in_the_journal(file));
        }
    }
    found
}

fn asks_for(file: &File) -> Vec<Finding> {
    let mut found = Vec::new();
    for (number, line) in file.lines().filter(|(_, line)| !line.trim_start().starts_with('#')) {
        let labels =
            line.match_indices("label").map(|(at, _)| &line[at..]).filter_map(|rest| said(rest, "label"));
        let labels: Vec<&str> = labels.collect();
        let words = FORBIDDEN.iter().filter(|word| labels.iter().any(|label| label.contains(**word)));
        found.extend(words.map(|word| file.finding(number, format!("asks for {word}"))));
    }
    found
}

/// Fields, in one line or in a section each, that are both personal and journalled.
fn personal_in_the_journal(file: &File) -> Vec<Finding> {
    let truth = |text: &str, key: &str| {
        let words: Vec<&str> = text
            .split(|c: char| c.is_whitespace() || matches!(c, '{' | '}' | ',' | '='))
            .filter(|w| !w.is_empty())
            .collect();
        words.windows(2).any(|pair| pair == [key, "true"])
    };
    let mut found = Vec::new();
    let mut tables: Vec<(usize, String)> = Vec::new();
    for (number, line) in file.lines().filter(|(_, line)| !line.trim_start().starts_with('#')) {
        if line.contains('{') || line.starts_with('[') {
            tables.push((number, line.to_owned()));
        } else if let Some((_, table)) = tables.last_mut() {
            table.push('\n');
            table.push_str(line);
        }
    }
    let both = tables.iter().filter(|(_, table)| truth(table, "personal") && truth(table, "journal"));
    found.extend(both.map(|(number, _)| file.finding(*number, "personal, and journalled")));
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    const VISIT: &str = "pack/town/procedures/visit.toml";
    const TEXT: &str = "key = \"visit\"\ntitle = \"走访\"\n[sentences]\nname = \"走访\"\nsummary = \"走访\"\nempty = \"没有\"\n";
    const STORY: (&str, &str) =
        ("pack/town/examples/visits.toml", "of = \"visit\"\n\n[[stories]]\ntitle = \"去了\"\n");
    const SEEDS: (&str, &str) = (
        "pack/village/seeds/matters/visits.toml",
        "procedure = \"visit\"\n[[matters]]\n[[matters]]\n[[matters]]\n",
    );

    #[test]
    fn a_definition_that_is_not_alive_is_refused() {
        assert!(!ALIVE.refuses(&[(VISIT, TEXT), STORY, SEEDS]));
        assert!(ALIVE.refuses(&[(VISIT, TEXT), SEEDS]), "no story");
        assert!(ALIVE.refuses(&[(VISIT, TEXT), STORY]), "no seeds");
        assert!(ALIVE.refuses(&[
            (VISIT, TEXT),
            STORY,
            (SEEDS.0, "procedure = \"visit\"\n[[matters]]\n[[matters]]\n")
        ]));
        assert!(
            ALIVE.refuses(&[(VISIT, TEXT), STORY, (SEEDS.0, &SEEDS.1.replace("visit", "call"))]),
            "of another"
        );
        for key in ["name", "summary", "empty"] {
            assert!(
                ALIVE.refuses(&[(VISIT, &TEXT.replace(&format!("\n{key} ="), "\n# =")), STORY, SEEDS]),
                "{key}"
            );
        }
        let with = |hooks: &[&str]| {
            let does: Vec<String> = hooks.iter().map(|hook| format!("{{ named = \"{hook}\" }}")).collect();
            format!("{TEXT}[acts.go]\ndoes = [{}]\n", does.join(", "))
        };
        assert!(ALIVE.refuses(&[(VISIT, &with(&["a", "b", "c", "d"])), STORY, SEEDS]));
        assert!(!ALIVE.refuses(&[(VISIT, &with(&["a", "b", "c", "c"])), STORY, SEEDS]));
        assert!(ALIVE.refuses(&[(VISIT, &format!("{TEXT}{}", "\n".repeat(245))), STORY, SEEDS]));
        assert!(!ALIVE.refuses(&[("pack/town/visits/flow.toml", "key = \"visit\"\n")]), "code of its own");
    }

    #[test]
    fn a_hook_that_only_one_side_knows_is_refused() {
        let code = (
            "crates/features/src/growth/visits/house.rs",
            "const GUARDS: &[(&str, &str)] = &[(\"visit.open\", \"开门\")];",
        );
        let flow = (
            "pack/town/visits/flow.toml",
            "key = \"visit\"\n[acts.go]\nguards = [{ named = \"visit.open\" }]\n",
        );
        let table = ("crates/features/tests/all/hooks.rs", "cases(\"visit.open\", &table, f);");
        assert!(!HOOKS.refuses(&[code, flow, table]));
        assert!(HOOKS.refuses(&[code, table]), "no pack names it");
        assert!(HOOKS.refuses(&[flow]), "no code is called that");
        assert!(HOOKS.refuses(&[code, flow]), "it has no table of cases");
        let silent = (flow.0, "key = \"visit\"\n# guards = [{ named = \"visit.open\" }]\n");
        assert!(HOOKS.refuses(&[code, silent, table]));
    }

    #[test]
    fn a_pack_published_unseen_is_refused() {
        let path = "crates/app/src/cli/pack.rs";
        assert!(PUBLISHED.refuses(&[(path, "fn f() { city::publish(tx, &pack) }")]));
        let held =
            "fn f() { for old in policy.older.values() { against(&pack, old) } city::publish(tx, &pack) }";
        assert!(!PUBLISHED.refuses(&[(path, held)]));
        assert!(!PUBLISHED.refuses(&[(path, "// city::publish(tx, &pack)")]));
    }

    #[test]
    fn a_field_beyond_a_red_line_is_refused() {
        for word in FORBIDDEN {
            assert!(
                RED_LINES.refuses(&[(VISIT, &format!("[fields]\nx = {{ label = \"本人{word}\" }}"))]),
                "{word}"
            );
        }
        assert!(!RED_LINES.refuses(&[(VISIT, "# 不记党员名单、党费\n[fields]\nx = { label = \"职务\" }")]));
        assert!(RED_LINES.refuses(&[(READER, "const FORBIDDEN: [&str; 1] = [\"政审\"];")]), "a shorter list");
        assert!(RED_LINES.refuses(&[("migrations/0099_x.sql", "  credit_report TEXT,")]));
        for text in [
            "[fields]\nx = { label = \"姓名\", personal = true, journal = true }",
            "[fields.x]\nlabel = \"姓名\"\njournal = true\npersonal = true\n",
        ] {
            assert!(RED_LINES.refuses(&[(VISIT, text)]), "{text}");
        }
        for text in [
            "[fields]\nx = { label = \"姓名\", personal = true }\ny = { label = \"日期\", journal = true }",
            "[fields.x]\npersonal = true\n[fields.y]\njournal = true\n",
        ] {
            assert!(!RED_LINES.refuses(&[(VISIT, text)]), "{text}");
        }
    }
}
