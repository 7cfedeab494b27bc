//! The binary as others meet it: its commands, the server, the demo city, the work after acts, the generated documents.
#![expect(clippy::panic, clippy::unwrap_used, reason = "a test says what it misses by failing")]

mod command;
mod demo;
mod durability;
mod generated;
mod importing;
mod language;
mod lines;
mod lost;
mod packs;
mod readme;
mod registers;
mod serving;
mod vectors;
mod worker;
