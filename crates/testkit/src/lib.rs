//! What tests stand on: databases on both engines, the whole house on them, browsers without script.
#![expect(
    clippy::expect_used,
    clippy::print_stdout,
    reason = "a test says what it misses by failing, and what it skips"
)]

pub mod app;
pub mod db;
pub mod door;
pub mod page;
pub mod proxy;
