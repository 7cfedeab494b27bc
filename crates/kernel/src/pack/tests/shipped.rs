//! The shipped policy and the demo's city are sound, and their examples hold.

use std::path::{Path, PathBuf};

use super::vocabulary::vocabulary;
use crate::pack::{Finding, Pack, examples};

pub(super) fn folder(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../pack").join(name)
}

fn words(findings: &[Finding]) -> String {
    findings.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n")
}

fn chengdu() -> Pack {
    Pack::read_dir(&folder("chengdu"), &vocabulary())
        .unwrap_or_else(|findings| panic!("{}", words(&findings)))
}

fn jinning() -> Pack {
    let read = Pack::read_dirs(&folder("chengdu"), &folder("jinning/city"), &vocabulary());
    read.unwrap_or_else(|findings| panic!("{}", words(&findings)))
}

#[test]
fn both_cities_are_sound_and_examples_hold() {
    for pack in [chengdu(), jinning()] {
        let findings = examples::run(&pack, None);
        assert!(findings.is_empty(), "{}", words(&findings));
    }
}
