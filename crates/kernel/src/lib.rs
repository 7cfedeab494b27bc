//! Words that every capability needs; the kernel knows no capability.

pub mod capability;
pub mod city;
pub mod clock;
pub mod columns;
pub mod condition;
pub mod counters;
pub mod ctx;
pub mod db;
pub mod deadline;
pub mod digest;
pub mod error;
mod fate;
pub mod followers;
pub mod house;
pub mod http;
pub mod id;
pub mod idempotency;
pub mod jobs;
pub mod journal;
pub mod leases;
pub mod list;
pub mod migrate;
pub mod moved;
pub mod pack;
pub mod place;
pub mod policy;
pub mod records;
pub mod rights;
pub mod room;
pub mod security;
pub mod shelf;

pub use ctx::Ctx;
pub use db::{Db, Row, Tx, Value};
pub use error::{Error, OrMissing, Result};
pub use id::{Id, Named};

/// The kernel's own tables; first in every list of migrations.
pub const MIGRATION: migrate::Migration =
    migrate::Migration { name: "0001_kernel", sql: include_str!("../../../migrations/0001_kernel.sql") };

/// The tables of maintained counts as they are now.
pub const COUNTS: migrate::Migration =
    migrate::Migration { name: "0009_counts", sql: include_str!("../../../migrations/0009_counts.sql") };

/// The table of answers that are kept for repeated requests.
pub const ANSWERS: migrate::Migration =
    migrate::Migration { name: "0022_answers", sql: include_str!("../../../migrations/0022_answers.sql") };

/// The table that says that the clock was moved.
pub const STOPS: migrate::Migration =
    migrate::Migration { name: "0023_stops", sql: include_str!("../../../migrations/0023_stops.sql") };

/// The table that says which city it is, and proves that what it is given is kept.
pub const PLACE: migrate::Migration =
    migrate::Migration { name: "0020_place", sql: include_str!("../../../migrations/0020_place.sql") };
