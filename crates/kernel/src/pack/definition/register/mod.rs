//! Registers (台账): definitions whose rows are entries. An entry holds for a time and keeps every version of itself; it does not
//! move by steps. What its acts are is closed ([`Keeping`]); all else a register has in common with a procedure.

mod parts;
mod read;
mod sound;

pub(in crate::pack::definition) use self::parts::{beside, keeping};
pub(in crate::pack) use self::read::{choosing, circles, read};

use crate::condition::Condition;
use crate::pack::closed::Closed;

/// What makes a definition a register.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Register {
    /// Key of the register within whose entries these rows lie; none where they stand for themselves.
    pub parent: Option<String>,
    /// Keys of the definitions of the rows that lie within an entry (`pairing.activity`).
    pub within: Vec<String>,
    /// The field whose entry says which associations an entry is about, where no field of its own does.
    pub associations_of: Option<String>,
    /// What is known of an entry from the rows within it.
    pub derived: Vec<Derived>,
    /// Whether an entry can be about several associations.
    pub several: bool,
    /// What the columns of a file may be called beside the labels: heading, then key.
    pub headings: Vec<(String, String)>,
    /// The fields by which a row of a file is known again.
    pub same_as: Vec<String>,
    /// Who is reminded of what, once the office has turned it on.
    pub reminders: Vec<Reminder>,
    /// Where its entries stand for links between their associations and their unit: which.
    pub link: Option<StandsForLink>,
}

/// The links that the entries of a register stand for: between their associations and their unit, as long as they hold.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StandsForLink {
    /// Kind of link, by key or title.
    pub kind: String,
    /// The field that names the paper such a link rests on; where none does, it rests on the register.
    pub paper: Option<String>,
}

/// A fact of an entry that comes of the rows within it.
#[derive(Clone, Debug, PartialEq)]
pub struct Derived {
    /// Its key.
    pub key: String,
    /// Of which rows: the last part of their definition's key (`activity`).
    pub of: String,
    /// What is taken.
    pub take: Take,
    /// Of which field; none where rows are counted.
    pub field: Option<String>,
    /// Of which of the rows alone.
    pub when: Condition,
    /// Only rows of this year: then it is counted when it is asked for, because time alone would make it wrong.
    pub this_year: bool,
}

/// What is taken of rows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Take {
    /// How many there are.
    Count,
    /// The latest day.
    Latest,
    /// The earliest day.
    Earliest,
    /// The sum.
    Sum,
    /// Whether there is one.
    Any,
}

impl Closed for Take {
    const WHAT: &'static str = "取法";
    const WORDS: &'static [(&'static str, Take)] = &[
        ("个数", Take::Count),
        ("最晚", Take::Latest),
        ("最早", Take::Earliest),
        ("合计", Take::Sum),
        ("有", Take::Any),
    ];
}

/// A reminder of what stands in a queue.
#[derive(Clone, Debug, PartialEq)]
pub struct Reminder {
    /// Its key.
    pub key: String,
    /// The queue.
    pub queue: String,
    /// How often.
    pub every: Every,
    /// Whom: relations to an entry, or roles.
    pub who: Vec<String>,
    /// What is said.
    pub notice: String,
}

/// How often somebody is reminded.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Every {
    /// On this day of each month.
    Month(i8),
    /// On this day of each week, Monday first.
    Week(i8),
}

impl Every {
    /// As people say it: `每月 1 日`.
    pub fn said(&self) -> String {
        match self {
            Every::Month(day) => format!("每月 {day} 日"),
            Every::Week(day) => {
                let nth = usize::try_from(*day - 1).unwrap_or_default();
                format!("每周{}", DAYS.get(nth).unwrap_or(&""))
            }
        }
    }
}

/// The days of the week, Monday first.
const DAYS: [&str; 7] = ["一", "二", "三", "四", "五", "六", "日"];

/// What an act does to an entry.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Keeping {
    /// Enters a new one.
    Add,
    /// Something is otherwise from now on.
    Change,
    /// It ends.
    End,
    /// What was entered was wrong from a day on.
    Correct {
        /// The role whose holder confirms it, where the author may not correct alone.
        second: Option<String>,
    },
    /// It should never have been entered.
    Void,
    /// Enters a row within it.
    Within,
}

impl Keeping {
    /// What it does, in words.
    pub(in crate::pack::definition) fn said(&self) -> &'static str {
        match self {
            Keeping::Add => "登记新的一条",
            Keeping::Change => "从今天起变了，原来的留在历史里",
            Keeping::End => "到结束日期为止",
            Keeping::Correct { second: None } => "更正登记错的内容",
            Keeping::Correct { second: Some(_) } => {
                "更正登记错的内容；本人三个工作日内当场改，其余的由第二个人确认"
            }
            Keeping::Void => "本来不该有，从列表和统计里去掉",
            Keeping::Within => "记一条明细",
        }
    }

    /// As the pack says it.
    pub(super) const WORDS: &'static [&'static str] = &["新增", "变更", "结束", "更正", "作废"];
}

/// The states that every entry has.
pub const CURRENT: &str = "current";
/// It has ended.
pub const ENDED: &str = "ended";
/// It should never have been entered.
pub const VOID: &str = "void";

/// The field that says the last day of an entry that ends.
pub const UNTIL: &str = "until_on";
/// The field that says from when it is to be corrected.
pub const SINCE: &str = "since_on";
/// The field that says why.
pub const REASON: &str = "reason";
/// The field that names the paper an act rests on.
pub const PAPER: &str = "paper";
