//! The rules of the house, read off the source tree: each fails with its own sentence and the places that break it.
//!
//! To add one: write a [`Rule`] in the module it belongs to, with a self-test that shows a text it refuses and one it lets
//! pass, and name it below.

mod alive;
mod definitions;
mod engines;
mod imports;
mod layers;
mod paths;
mod source;
mod sql;
mod text;
mod tree;
mod words;

use tree::{Rule, Tree};

fn hold(rule: &Rule) {
    let findings = (rule.find)(&Tree::of_checkout());
    let places: Vec<String> =
        findings.iter().map(|f| format!("  {}:{}  {}", f.path, f.line, f.what)).collect();
    assert!(places.is_empty(), "\n{}\n{}\n", rule.sentence, places.join("\n"));
}

#[test]
fn the_tree_is_really_read() {
    let tree = Tree::of_checkout();
    for known in
        ["Makefile", "Cargo.toml", "crates/kernel/src/lib.rs", "crates/app/tests/house_rules/main.rs"]
    {
        assert!(tree.files.iter().any(|f| f.path == known), "{known} was not read");
    }
    assert!(!tree.files.iter().any(|f| f.path.contains("node_modules/") || f.path.starts_with("target")));
}

macro_rules! rules {
    ($($test:ident: $rule:expr,)*) => {$(
        #[test]
        fn $test() {
            hold(&$rule);
        }
    )*};
}

rules! {
    crates_see_only_what_lies_below: imports::CRATES,
    pillars_meet_only_in_base: imports::PILLARS,
    a_store_belongs_to_its_capability: imports::STORES,
    models_and_rules_are_pure: layers::PURE,
    statements_stand_in_stores: layers::STATEMENTS,
    stores_decide_no_rights: layers::RIGHTS,
    a_table_has_one_owner: sql::TABLES,
    statements_are_portable: sql::PORTABLE,
    the_kernel_knows_no_procedure: definitions::KERNEL,
    nobody_decides_by_a_key: definitions::STRINGS,
    entries_and_matters_have_one_writer: engines::WRITERS,
    a_new_table_says_why: engines::TABLES,
    a_definition_is_alive: alive::ALIVE,
    hooks_are_known_on_both_sides: alive::HOOKS,
    a_pack_is_held_against_those_before: alive::PUBLISHED,
    red_lines_hold_at_the_reader: alive::RED_LINES,
    files_stay_short: text::SIZE,
    files_say_what_they_are: text::HEADERS,
    nothing_is_left_open: text::OPEN_ENDS,
    tests_can_fail: text::HOLLOW_TESTS,
    lints_are_expected_not_allowed: text::ALLOWED_LINTS,
    clock_and_chance_come_from_the_context: text::CLOCK,
    pages_carry_no_inline_script_or_style: text::INLINE,
    no_registry_is_addressed: text::REGISTRIES,
    nothing_names_where_it_was_written: text::WHEREABOUTS,
    officials_words_are_used: words::OFFICIAL,
    the_city_names_itself: words::CITY,
    there_is_no_field_for_secrets: words::SECRECY,
}
