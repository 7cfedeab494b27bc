//! The examples of the pack's own pages: whoever copies them has a definition that is checked, told and read aloud.

use std::fs;
use std::path::Path;

use crate::command::run;

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap().flatten() {
        let (from, to) = (entry.path(), to.join(entry.file_name()));
        if from.is_dir() {
            copy(&from, &to);
        } else {
            fs::copy(&from, &to).unwrap();
        }
    }
}

/// The files that a page says to write: their paths, each with its text.
fn files(page: &str) -> Vec<(&str, &str)> {
    let steps = page.split("新建 `").skip(1);
    let written = steps.filter_map(|step| {
        let (path, rest) = step.split_once('`')?;
        let text = rest.split_once("```toml\n")?.1.split_once("```")?.0;
        Some((path, text))
    });
    written.filter(|(path, _)| path.ends_with(".toml")).collect()
}

#[test]
fn what_the_pages_say_to_write_is_a_pack_whose_stories_hold() {
    let pack = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../pack/chengdu");
    let mine = tempfile::tempdir().unwrap();
    copy(&pack, mine.path());
    for page in ["README.md", "registers/README.md"] {
        let text = fs::read_to_string(pack.join(page)).unwrap();
        let written = files(&text);
        assert_eq!(written.len(), 2, "{page} shows a definition and its story");
        for (path, text) in written {
            fs::write(mine.path().join(path), text).unwrap();
        }
    }
    let folder = mine.path().to_str().unwrap();
    for key in ["site_visit", "office_space"] {
        let told = run(&["pack", "test", folder, key]);
        assert_eq!(told.exit, 0, "{key}: {}{}", told.said, told.noted);
        let read = run(&["pack", "read", key, "--pack", folder]);
        assert!(read.exit == 0 && read.said.lines().count() > 15, "{key}: {}{}", read.said, read.noted);
    }
}
