//! The one ordered list of migrations; a migration is frozen once it is on main.

use huitong_kernel::migrate::Migration;

/// Every migration, in order.
pub const MIGRATIONS: &[Migration] = &[
    huitong_kernel::MIGRATION,
    Migration { name: "0002_base", sql: include_str!("../../../migrations/0002_base.sql") },
    Migration { name: "0003_associations", sql: include_str!("../../../migrations/0003_associations.sql") },
    Migration { name: "0004_appeals", sql: include_str!("../../../migrations/0004_appeals.sql") },
    Migration { name: "0005_imports", sql: include_str!("../../../migrations/0005_imports.sql") },
    Migration { name: "0006_indexes", sql: include_str!("../../../migrations/0006_indexes.sql") },
    Migration { name: "0007_learning", sql: include_str!("../../../migrations/0007_learning.sql") },
    Migration { name: "0008_side_by_side", sql: include_str!("../../../migrations/0008_side_by_side.sql") },
    huitong_kernel::COUNTS,
    Migration {
        name: "0009_counts_of_appeals",
        sql: include_str!("../../../migrations/0009_counts_of_appeals.sql"),
    },
    Migration { name: "0010_matters", sql: include_str!("../../../migrations/0010_matters.sql") },
    Migration { name: "0011_confirmations", sql: include_str!("../../../migrations/0011_confirmations.sql") },
    Migration { name: "0012_unread_words", sql: include_str!("../../../migrations/0012_unread_words.sql") },
    Migration { name: "0013_search", sql: include_str!("../../../migrations/0013_search.sql") },
    Migration { name: "0014_company_names", sql: include_str!("../../../migrations/0014_company_names.sql") },
    Migration { name: "0015_standing", sql: include_str!("../../../migrations/0015_standing.sql") },
    Migration { name: "0016_entries", sql: include_str!("../../../migrations/0016_entries.sql") },
    Migration { name: "0017_undoing", sql: include_str!("../../../migrations/0017_undoing.sql") },
    Migration { name: "0018_sign_in", sql: include_str!("../../../migrations/0018_sign_in.sql") },
    huitong_kernel::PLACE,
    Migration { name: "0021_order", sql: include_str!("../../../migrations/0021_order.sql") },
    huitong_kernel::ANSWERS,
    huitong_kernel::STOPS,
];
