//! What tests stand on: databases on both engines.
#![expect(
    clippy::expect_used,
    clippy::print_stdout,
    reason = "a test says what it misses by failing, and what it skips"
)]

pub mod db;
