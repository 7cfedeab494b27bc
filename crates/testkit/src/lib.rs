//! What tests stand on: databases on both engines.

pub mod db;
