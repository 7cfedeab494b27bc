//! A link between an association and a unit, and what the relation answers when it is asked.

use huitong_kernel::{Id, Named};
use jiff::civil::Date;

use crate::base::associations::AssociationId;
use crate::base::units::UnitId;

impl Named for Link {
    const PREFIX: &'static str = "lnk";
}

/// Id of a link.
pub type LinkId = Id<Link>;

/// One link of the responsibility relation: which unit stands to which association in which way, from when to when.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Link {
    /// Id.
    pub id: LinkId,
    /// The association.
    pub association: AssociationId,
    /// Kind of link (key of the pack).
    pub kind: String,
    /// The unit.
    pub unit: UnitId,
    /// First day.
    pub from_on: Date,
    /// Last day, where it has one.
    pub until_on: Option<Date>,
    /// The paper it rests on.
    pub paper: String,
    /// Version for concurrent edits.
    pub version: i64,
}

impl Link {
    /// Whether it is in force on a day; its last day counts.
    pub fn holds_on(&self, day: Date) -> bool {
        self.from_on <= day && self.until_on.is_none_or(|until| day <= until)
    }

    /// Whether it shares a day with another stretch of time.
    pub fn meets(&self, from: Date, until: Option<Date>) -> bool {
        until.is_none_or(|until| self.from_on <= until) && self.until_on.is_none_or(|mine| from <= mine)
    }
}

/// A unit that answers, and by what.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Responsible {
    /// The unit.
    pub unit: UnitId,
    /// Its name.
    pub unit_name: String,
    /// The kind of link (key of the pack); "" where the unit answers for every association of the city.
    pub link_kind: String,
    /// The same in words: 业务主管单位.
    pub link_title: String,
    /// The paper it rests on.
    pub paper: String,
    /// First day; none where the unit answers for every association of the city.
    pub since: Option<Date>,
}

/// Why nobody answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum GapKind {
    /// There has to be one and it has not been settled.
    Unsettled,
    /// Associations managed this way have none.
    NotHeld,
}

impl GapKind {
    /// The word of the API.
    pub fn key(self) -> &'static str {
        match self {
            GapKind::Unsettled => "unsettled",
            GapKind::NotHeld => "not_held",
        }
    }
}

/// Nobody answers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Gap {
    /// Why.
    pub kind: GapKind,
    /// In the words of the list of gaps: 待明确行业管理部门.
    pub words: String,
}

/// Who answers for a duty of an association on a day.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Answer {
    /// One unit, and who assists it.
    Unit {
        /// Who answers.
        first: Responsible,
        /// Who assists.
        also: Vec<Responsible>,
    },
    /// Nobody, and what this gap is called; who would only assist stands in `also`.
    Gap {
        /// What is missing.
        gap: Gap,
        /// Who would assist.
        also: Vec<Responsible>,
    },
}

impl Answer {
    /// The unit that answers, if one does.
    pub fn unit(&self) -> Option<&Responsible> {
        match self {
            Answer::Unit { first, .. } => Some(first),
            Answer::Gap { .. } => None,
        }
    }

    /// Who assists.
    pub fn also(&self) -> &[Responsible] {
        match self {
            Answer::Unit { also, .. } | Answer::Gap { also, .. } => also,
        }
    }
}

/// Who an appeal of an association's own field goes to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AppealAnswer {
    /// Who is proposed.
    pub first: Option<Responsible>,
    /// Who is shown beside.
    pub second: Option<Responsible>,
    /// Why, in one sentence.
    pub reason: String,
    /// The paper that the proposal rests on; "" where there is none.
    pub paper: String,
}
