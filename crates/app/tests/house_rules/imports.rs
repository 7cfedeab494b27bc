//! Who may see whom.

use crate::paths::{absolute, module, paths};
use crate::tree::{File, Finding, Rule, Tree};

pub const CRATES: Rule = Rule {
    sentence: "Imports go one way: codes <- kernel <- features <- app; text and papers stand beside and see neither kernel nor features; nothing shipped sees testkit.",
    find: crates,
};

pub const PILLARS: Rule = Rule {
    sentence: "Inside features any pillar may use base, never another pillar, and base uses no pillar: react to a fact instead (`appeal.closed`).",
    find: pillars,
};

pub const STORES: Rule = Rule {
    sentence: "A store belongs to its capability: others use what its mod.rs offers, never its store.",
    find: stores,
};

/// What each crate may see of ours.
const BELOW: [(&str, &[&str]); 7] = [
    ("codes", &[]),
    ("text", &["codes"]),
    ("papers", &[]),
    ("kernel", &["codes"]),
    ("features", &["codes", "kernel", "text", "papers"]),
    ("testkit", &["codes", "kernel", "features"]),
    ("app", &["codes", "kernel", "features", "text", "papers"]),
];
const PILLAR_NAMES: [&str; 5] = ["base", "party", "growth", "grading", "oversight"];

fn below(path: &str) -> Option<&'static [&'static str]> {
    let package = path.strip_prefix("crates/")?.split('/').next()?;
    BELOW.iter().find(|(name, _)| *name == package).map(|(_, may)| *may)
}

fn crates(tree: &Tree) -> Vec<Finding> {
    let mut found = Vec::new();
    for file in &tree.files {
        let Some(may) = below(&file.path) else { continue };
        let named = if file.path.ends_with("/Cargo.toml") { depended_on(file) } else { named_in_code(file) };
        for (line, other) in named.into_iter().filter(|(_, other)| !may.contains(&other.as_str())) {
            found.push(file.finding(line, format!("sees huitong-{other}")));
        }
    }
    found
}

/// What a manifest builds on, its tests apart.
fn depended_on(manifest: &File) -> Vec<(usize, String)> {
    let mut shipped = false;
    let mut named = Vec::new();
    for (number, line) in manifest.lines() {
        if line.starts_with('[') {
            shipped = line.starts_with("[dependencies");
        }
        let name = line.trim_start_matches("[dependencies.").strip_prefix("huitong-");
        if let Some(name) = name.filter(|_| shipped) {
            named.push((number, name.split(['.', ' ', '=', ']']).next().unwrap_or_default().to_owned()));
        }
    }
    named
}

fn named_in_code(file: &File) -> Vec<(usize, String)> {
    let Some(source) = file.rust() else { return Vec::new() };
    // A build script is no module; it names nothing of ours.
    let Some(own) = module(&file.path).into_iter().next() else { return Vec::new() };
    paths(&source.code)
        .iter()
        .filter_map(|path| Some((path.line, path.segments.first()?.strip_prefix("huitong_")?.to_owned())))
        .filter(|(_, other)| *other != own)
        .collect()
}

fn pillars(tree: &Tree) -> Vec<Finding> {
    let mut found = Vec::new();
    for (file, source) in tree.rust() {
        let here = module(&file.path);
        let ["features", own, ..] = here.iter().map(String::as_str).collect::<Vec<_>>()[..] else { continue };
        // What stands beside the pillars (the list of capabilities, the frame of a page) puts them together.
        if !PILLAR_NAMES.contains(&own) {
            continue;
        }
        for path in paths(&source.code) {
            let there = absolute(&file.path, &path);
            let ["features", other, ..] = there.iter().map(String::as_str).collect::<Vec<_>>()[..] else {
                continue;
            };
            if PILLAR_NAMES.contains(&other) && other != own && other != "base" {
                found.push(file.finding(path.line, format!("{own} uses {}", there.join("::"))));
            }
        }
    }
    found
}

/// The capability a file belongs to.
pub fn capability(path: &str) -> Option<&str> {
    let (pillar, inside) = path.strip_prefix("crates/features/src/")?.split_once('/')?;
    let name = inside.split('/').next()?.trim_end_matches(".rs");
    (PILLAR_NAMES.contains(&pillar) && name != "mod").then_some(name)
}

fn stores(tree: &Tree) -> Vec<Finding> {
    let capabilities: Vec<&str> = tree.files.iter().filter_map(|f| capability(&f.path)).collect();
    let mut found = Vec::new();
    for (file, source) in tree.rust() {
        let own = capability(&file.path);
        for path in paths(&source.code) {
            let there = absolute(&file.path, &path);
            let store_of = there.windows(2).find(|pair| pair[1] == "store").map(|pair| pair[0].as_str());
            if let Some(owner) = store_of.filter(|o| capabilities.contains(o) && own != Some(*o)) {
                found.push(file.finding(path.line, format!("reaches into the store of {owner}")));
            }
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_lower_crate_that_looks_up_is_refused() {
        assert!(CRATES.refuses(&[("crates/kernel/src/flow.rs", "use huitong_features::base::units;")]));
        assert!(CRATES.refuses(&[("crates/codes/src/lib.rs", "fn f() { huitong_kernel::id::new() }")]));
        assert!(
            CRATES.refuses(&[("crates/text/Cargo.toml", "[dependencies]\nhuitong-kernel.workspace = true")])
        );
        assert!(CRATES.refuses(&[("crates/app/src/main.rs", "use huitong_testkit::TestApp;")]));
        assert!(!CRATES.refuses(&[("crates/features/src/base/units.rs", "use huitong_kernel::db::Tx;")]));
        assert!(
            !CRATES.refuses(&[(
                "crates/app/Cargo.toml",
                "[dev-dependencies]\nhuitong-testkit.workspace = true"
            )])
        );
        assert!(!CRATES.refuses(&[(
            "crates/features/src/base/units.rs",
            "#[cfg(test)]\nmod tests { use huitong_testkit::TestApp; }"
        )]));
    }

    #[test]
    fn a_pillar_that_uses_another_is_refused() {
        let acts = "crates/features/src/growth/appeals/acts.rs";
        assert!(PILLARS.refuses(&[(acts, "use crate::{base::units, grading::exits};")]));
        assert!(PILLARS.refuses(&[(acts, "super::super::super::oversight::fees::due()")]));
        assert!(PILLARS.refuses(&[("crates/features/src/base/duty/acts.rs", "use crate::growth::appeals;")]));
        assert!(
            !PILLARS
                .refuses(&[(acts, "use crate::base::units;\nuse crate::growth::offers;\nuse super::store;")])
        );
        assert!(!PILLARS.refuses(&[("crates/features/src/lib.rs", "crate::growth::appeals::manifest()")]));
        assert!(!PILLARS.refuses(&[("crates/features/src/shell.rs", "use crate::growth::appeals;")]));
    }

    #[test]
    fn a_foreign_store_is_refused() {
        let units = ("crates/features/src/base/units/store.rs", "");
        let acts = "crates/features/src/growth/appeals/acts.rs";
        assert!(STORES.refuses(&[units, (acts, "use crate::base::units::store;")]));
        assert!(STORES.refuses(&[units, (acts, "use crate::base::units;\nfn f() { units::store::find() }")]));
        assert!(
            STORES.refuses(&[units, ("crates/app/src/demo.rs", "use huitong_features::base::units::store;")])
        );
        assert!(
            !STORES.refuses(&[units, (acts, "use super::store;\nfn f() { store::find(units::named()) }")])
        );
        assert!(
            !STORES.refuses(&[units, ("crates/features/src/base/units/acts.rs", "use super::store::find;")])
        );
    }
}
