//! What the build put into the binary: the shipped pack, the demo's city and seeds, the files of the pages.

use std::collections::BTreeMap;

use huitong_kernel::http::Asset;

include!(concat!(env!("OUT_DIR"), "/embedded.rs"));

/// Files of a list as the pack reader takes them.
pub fn files(list: &[(&str, &str)]) -> BTreeMap<String, String> {
    list.iter().map(|(path, text)| ((*path).to_owned(), (*text).to_owned())).collect()
}
