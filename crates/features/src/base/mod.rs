//! What every pillar stands on: units, identity, associations, the responsibility relation, files, notices, the journal,
//! table files.

pub mod admin;
pub mod associations;
pub mod attachments;
pub mod duty;
pub mod identity;
pub mod imports;
pub mod journal;
pub mod matters;
pub mod notices;
pub mod places;
pub mod registers;
pub mod sheets;
pub mod units;
