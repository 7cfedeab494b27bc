//! The spine of a matter: what every procedure's matters have, whichever table they lie in; and one step, one clock.

use huitong_kernel::clock::DAY;
use huitong_kernel::deadline::due_text;
use huitong_kernel::pack::Definition;
use huitong_kernel::{Id, Named, columns};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value as Json};

use crate::base::units::UnitId;

/// What every matter has. Conditions, rights, lists and clocks stand on these columns.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Spine {
    /// Id.
    pub id: String,
    /// Key of its procedure.
    pub procedure: String,
    /// Number people call it by.
    pub number: String,
    /// Version for concurrent edits; acts of a matter are ordered by it, never by a clock.
    pub version: i64,
    /// Version of the pack it began under and stays under.
    pub pack: String,
    /// State of the flow.
    pub state: String,
    /// What kind it is, where its procedure has kinds.
    pub kind: String,
    /// One line.
    pub title: String,
    /// The association it is about or comes from.
    pub association: Option<String>,
    /// The unit that answers for it now.
    pub unit: Option<UnitId>,
    /// The unit it is being given to, until that unit has taken it over.
    pub next_unit: Option<UnitId>,
    /// The unit on whose desk it lies: the next one, else the answering one.
    pub desk_unit: Option<UnitId>,
    /// The person in charge.
    pub assignee: Option<String>,
    /// The account that brought it in.
    pub owner_user: Option<String>,
    /// The association that follows it as its own.
    pub owner_association: Option<String>,
    /// The company, likewise.
    pub owner_company: Option<String>,
    /// The channel it came by.
    pub source: String,
    /// Its number there, unique per channel.
    pub source_number: Option<String>,
    /// When it came in.
    pub began_at: i64,
    /// The next instant something is due; none when nothing runs.
    pub due_at: Option<i64>,
    /// Key of the limit that is due then.
    pub due_limit: Option<String>,
    /// `due_at`, or far away where nothing is due: what queues are ordered by.
    pub due_order: i64,
    /// When it ended.
    pub closed_at: Option<i64>,
    /// When it last changed.
    pub updated_at: i64,
}

/// Where `due_order` stands when nothing is due.
pub const NOT_DUE: i64 = 9_000_000_000_000;

impl Spine {
    /// What lists find it by: its number, its title and its number where it came from.
    pub fn found_by(&self) -> String {
        let source = self.source_number.as_deref().unwrap_or_default();
        huitong_codes::search::stored(&[&self.number, &self.title, source])
    }

    /// When the next act is, by a clock that says `now`: never before the last one, though the clock may have gone back since.
    pub fn next_at(&self, now: i64) -> i64 {
        if now < self.updated_at { self.updated_at + 1 } else { now }
    }

    /// A matter that begins now: in this state, of nobody yet.
    pub fn begin(procedure: &Definition, pack: &str, id: String, number: String, at: i64) -> Spine {
        Spine {
            id,
            number,
            procedure: procedure.key.clone(),
            version: 1,
            pack: pack.to_owned(),
            began_at: at,
            updated_at: at,
            due_order: NOT_DUE,
            ..Spine::default()
        }
    }

    /// Whether a limit has passed that is still running.
    pub fn overdue(&self, now: i64) -> bool {
        self.due_at.is_some_and(|due| due < now)
    }

    /// Gives it to a unit: at once where nobody has it, else until that unit has taken it over.
    pub fn give(&mut self, unit: &UnitId) {
        match self.unit {
            None => self.unit = Some(unit.clone()),
            Some(_) => self.next_unit = Some(unit.clone()),
        }
        self.desk_unit = Some(unit.clone());
    }

    /// The value of a key column, for deciding on one matter in memory.
    pub fn key(&self, column: &str) -> Option<&str> {
        match column {
            "unit" => self.unit.as_ref().map(Id::as_str),
            "next_unit" => self.next_unit.as_ref().map(Id::as_str),
            "assignee" => self.assignee.as_deref(),
            "owner_user" => self.owner_user.as_deref(),
            "owner_association" => self.owner_association.as_deref(),
            "owner_company" => self.owner_company.as_deref(),
            "association" => self.association.as_deref(),
            _ => None,
        }
    }
}

/// Declares a kind of matter: the spine, and columns of its own behind it.
#[macro_export]
macro_rules! matter_columns {
    ($(#[$about:meta])* pub struct $name:ident { $($(#[$field_about:meta])* $field:ident : $type:ty,)* }) => {
        $crate::matter_columns!(@with
            [id procedure number version pack state kind title association unit next_unit desk_unit assignee owner_user
             owner_association owner_company source source_number began_at due_at due_limit due_order closed_at updated_at]
            $(#[$about])* pub struct $name { $($(#[$field_about])* $field : $type,)* });
    };
    (@with [$first:ident $($spine:ident)*]
     $(#[$about:meta])* pub struct $name:ident { $($(#[$field_about:meta])* $field:ident : $type:ty,)* }) => {
        $(#[$about])*
        #[derive(Debug, Clone, PartialEq)]
        pub struct $name {
            /// What every matter has.
            pub spine: $crate::base::matters::Spine,
            $($(#[$field_about])* pub $field: $type,)*
        }
        impl $name {
            /// The columns, as a SELECT names them.
            pub const LIST: &'static str =
                concat!(stringify!($first) $(, ", ", stringify!($spine))* $(, ", ", stringify!($field))*);
            /// The same under the alias `a`, for statements that join.
            pub const ALIASED: &'static str =
                concat!("a.", stringify!($first) $(, ", a.", stringify!($spine))* $(, ", a.", stringify!($field))*);
            /// The columns, one by one.
            pub const COLUMNS: &'static [&'static str] =
                &[stringify!($first) $(, stringify!($spine))* $(, stringify!($field))*];

            /// Reads a row that has all columns.
            pub fn read(mut row: huitong_kernel::Row) -> huitong_kernel::Result<$name> {
                Ok($name {
                    spine: $crate::base::matters::Spine {
                        $first: row.take(stringify!($first))? $(, $spine: row.take(stringify!($spine))?)*
                    },
                    $($field: row.take(stringify!($field))?,)*
                })
            }

            /// The values in the order of the columns.
            pub fn values(&self) -> Vec<huitong_kernel::Value> {
                vec![huitong_kernel::Value::from(&self.spine.$first)
                    $(, huitong_kernel::Value::from(&self.spine.$spine))*
                    $(, huitong_kernel::Value::from(&self.$field))*]
            }
        }
        impl std::ops::Deref for $name {
            type Target = $crate::base::matters::Spine;
            fn deref(&self) -> &Self::Target {
                &self.spine
            }
        }
        impl std::ops::DerefMut for $name {
            fn deref_mut(&mut self) -> &mut Self::Target {
                &mut self.spine
            }
        }
    };
}

/// A step of a matter.
pub struct StepId;
impl Named for StepId {
    const PREFIX: &'static str = "stp";
}

columns! {
    /// One act on a matter: who, when, in which office, from which state to which.
    pub struct Step {
        /// The matter.
        matter: String,
        /// The version of the matter that the act produced: steps are ordered by it.
        version: i64,
        /// Id, by which files and pages point at it.
        id: Id<StepId>,
        /// When; never before the step before.
        at: i64,
        /// Key of the act.
        act: String,
        /// Account, or the word for who has none.
        actor: String,
        /// Name as it was then.
        actor_name: String,
        /// Role acted in.
        role: String,
        /// Office acted in.
        office: String,
        /// Its name as it was then.
        office_name: String,
        /// State before; empty for the first step.
        state_before: String,
        /// State after.
        state_after: String,
        /// Outcome, where the act has some.
        outcome: Option<String>,
        /// What its form said, as JSON.
        content: String,
        /// The sentence those outside read; none where the step is not public.
        public_text: Option<String>,
    }
}

impl Step {
    /// What its form said, field by field.
    pub fn words(&self) -> Said {
        serde_json::from_str(&self.content).unwrap_or_default()
    }

    /// One text of what its form said; empty where there is none.
    pub fn said(&self, key: &str) -> String {
        self.words().text(key).to_owned()
    }
}

/// What the form of a step said, field by field.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
pub struct Said(Map<String, Json>);

impl Said {
    /// The text of a field; empty where there is none.
    pub fn text(&self, field: &str) -> &str {
        self.0.get(field).and_then(Json::as_str).unwrap_or_default()
    }

    /// The answer of a field, of whatever type.
    pub fn json(&self, field: &str) -> Option<&Json> {
        self.0.get(field)
    }
}

/// A clock of a matter.
pub struct ClockId;
impl Named for ClockId {
    const PREFIX: &'static str = "clk";
}

columns! {
    /// A limit that runs or ran on a matter; its rule and calendar are pinned.
    pub struct RunningLimit {
        /// The matter.
        matter: String,
        /// Which of its clocks it is, in the order they began.
        nth: i64,
        /// Id, which the job that looks at it is given.
        id: Id<ClockId>,
        /// Key of its procedure.
        procedure: String,
        /// Key of the limit in the pack.
        limit_key: String,
        /// The limit as the rule says it: `4 工作小时`, `到 2025-03-20`.
        rule: String,
        /// Version of the pack whose rule it is.
        pack: String,
        /// Version of the calendar it was counted by.
        calendar: String,
        /// Whether it was promised to those outside.
        promise: bool,
        /// When it began.
        started_at: i64,
        /// When it falls due.
        due_at: i64,
        /// When it was met, or stopped without being met.
        met_at: Option<i64>,
        /// Key of the act that ended it; none where it runs, or ended before this was kept.
        ended_by: Option<String>,
        /// How its rule and its calendar changed since it began: a list of [`ClockChange`], as JSON.
        changes: String,
    }
}

/// Another limit applied from an instant on, counted from the same start: the matter got another kind.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RuleChange {
    /// When.
    pub at: i64,
    /// The limit until then.
    pub from: String,
    /// The limit from then on.
    pub to: String,
    /// Version of the pack whose rule it is.
    pub pack: String,
}

/// The calendar of a year arrived, and the clock was counted again by it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CalendarChange {
    /// When.
    pub at: i64,
    /// Version of the calendar until then.
    pub before: String,
    /// Version of the calendar from then on.
    pub calendar: String,
    /// When it was due until then.
    pub was_due_at: i64,
    /// When it is due by the calendar; what was promised for an earlier instant stays promised.
    pub counted_due_at: i64,
}

impl CalendarChange {
    /// Both instants in words, and which of them holds.
    pub fn said(&self, due_at: i64) -> String {
        let (was, is) = (due_text(self.was_due_at, self.at), due_text(self.counted_due_at, self.at));
        match (self.was_due_at == self.counted_due_at, due_at < self.counted_due_at) {
            (true, _) => format!("节假日安排公布后重新计算，到期时间不变，仍为 {is}。"),
            (false, true) => {
                format!("节假日安排公布后重新计算为 {is}；已告知的 {was} 更早，仍按 {was} 办理。")
            }
            (false, false) => format!("节假日安排公布后重新计算，到期时间由 {was} 改为 {is}。"),
        }
    }
}

/// What happened to a clock since it began.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum ClockChange {
    /// Another limit.
    Rule(RuleChange),
    /// Another calendar.
    Calendar(CalendarChange),
}

impl RunningLimit {
    /// What happened to it since it began, in the order in which it happened.
    pub fn history(&self) -> Vec<ClockChange> {
        serde_json::from_str(&self.changes).unwrap_or_default()
    }
}

/// The last instant of a civil day: until when a limit runs that was fixed to it.
pub(super) fn end_of(day: jiff::civil::Date) -> i64 {
    huitong_kernel::clock::instant(day.at(0, 0, 0, 0)) + DAY - 1_000
}
