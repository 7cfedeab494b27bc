//! Whatever stands in the files, reading ends with findings or a pack, never in a panic.

use proptest::prelude::*;

use super::small::{files, findings};

/// Pieces that a hurried hand leaves behind.
fn piece() -> impl Strategy<Value = String> {
    let hurried = prop_oneof![
        Just("[".to_owned()),
        Just("]]\n[[".to_owned()),
        Just("{ fact = \"state\", is = ".to_owned()),
        Just("\"\"\"".to_owned()),
        Just("，".to_owned()),
        Just(",,\n".to_owned()),
        Just("= { all = [] }\n".to_owned()),
        Just("\u{feff}\u{0}\r\n".to_owned()),
    ];
    prop_oneof![3 => hurried, 2 => any::<String>(), 1 => "[a-z_.\\[\\]{}=\"\n 0-9]{0,40}"]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_text_thrown_into_a_file_never_panics(which in any::<prop::sample::Index>(), at in any::<prop::sample::Index>(), piece in piece()) {
        let mut files = files();
        let names: Vec<String> = files.keys().cloned().collect();
        let name = which.get(&names);
        let letters: Vec<char> = files[name].chars().collect();
        let place = at.index(letters.len() + 1);
        let broken: String = letters[..place].iter().copied().chain(piece.chars()).chain(letters[place..].iter().copied()).collect();
        files.insert(name.clone(), broken);
        for finding in findings(&files) {
            prop_assert!(!finding.message.is_empty() && !finding.suggestion.is_empty());
        }
    }

    #[test]
    fn a_file_cut_off_never_panics(which in any::<prop::sample::Index>(), at in any::<prop::sample::Index>()) {
        let mut files = files();
        let names: Vec<String> = files.keys().cloned().collect();
        let name = which.get(&names);
        let letters: Vec<char> = files[name].chars().collect();
        let cut: String = letters[..at.index(letters.len() + 1)].iter().collect();
        files.insert(name.clone(), cut);
        for finding in findings(&files) {
            prop_assert!(!finding.message.is_empty() && !finding.suggestion.is_empty());
        }
    }

    #[test]
    fn any_text_as_a_whole_file_never_panics(which in any::<prop::sample::Index>(), text in any::<String>()) {
        let mut files = files();
        let names: Vec<String> = files.keys().cloned().collect();
        files.insert(which.get(&names).clone(), text);
        let _ = findings(&files);
    }
}
