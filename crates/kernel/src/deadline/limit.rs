//! A limit as policy says it: `3 工作日`, `15 日`, `2 小时`, `4 工作小时`.

use std::fmt;
use std::str::FromStr;

use huitong_codes::text::half_width;
use serde::{Deserialize, Serialize};

use super::pace::Pace;

/// A length of time in the unit the rule uses.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(into = "String", try_from = "String")]
pub enum Limit {
    /// Days on which offices work, counted from the next one.
    WorkingDays(u32),
    /// Calendar days, counted from the next one.
    Days(u32),
    /// Hours by the clock.
    Hours(u32),
    /// Hours of office time.
    WorkingHours(u32),
}

impl Limit {
    // A hundred years; a longer limit is a slip of the pen and would only burn time.
    const MOST_DAYS: u32 = 36_500;
    const MOST_HOURS: u32 = Self::MOST_DAYS * 24;

    /// How its time passes.
    pub fn pace(self) -> Pace {
        match self {
            Self::WorkingDays(_) | Self::WorkingHours(_) => Pace::Office,
            Self::Days(_) | Self::Hours(_) => Pace::Clock,
        }
    }

    /// How many of its unit, at most a hundred years' worth.
    pub fn amount(self) -> u32 {
        match self {
            Self::WorkingDays(n) | Self::Days(n) => n.min(Self::MOST_DAYS),
            Self::Hours(n) | Self::WorkingHours(n) => n.min(Self::MOST_HOURS),
        }
    }

    /// The words inside a sentence, with the measure word: `3 个工作日`.
    pub fn words(self) -> String {
        match self {
            Self::WorkingDays(_) => format!("{} 个工作日", self.amount()),
            Self::WorkingHours(_) => format!("{} 个工作小时", self.amount()),
            Self::Days(_) | Self::Hours(_) => self.to_string(),
        }
    }
}

impl fmt::Display for Limit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let unit = match self {
            Self::WorkingDays(_) => "工作日",
            Self::Days(_) => "日",
            Self::Hours(_) => "小时",
            Self::WorkingHours(_) => "工作小时",
        };
        write!(f, "{} {unit}", self.amount())
    }
}

impl FromStr for Limit {
    type Err = String;

    /// Reads the written forms, with or without 个 and blanks; half a working day is 4 working hours.
    fn from_str(text: &str) -> Result<Self, String> {
        let plain: String = half_width(text).chars().filter(|c| !c.is_whitespace()).collect();
        let remedy = || format!("时限“{}”写法不对，应形如 3 工作日、15 日、2 小时、4 工作小时", text.trim());
        if matches!(plain.as_str(), "0.5工作日" | "0.5个工作日" | "半个工作日") {
            return Ok(Self::WorkingHours(4));
        }
        let unit_at = plain.find(|c: char| !c.is_ascii_digit()).ok_or_else(remedy)?;
        let (number, unit) = plain.split_at(unit_at);
        let n: u32 = number.parse().map_err(|_| remedy())?;
        let limit = match unit.strip_prefix('个').unwrap_or(unit) {
            "工作日" => Self::WorkingDays(n),
            "日" | "天" | "自然日" => Self::Days(n),
            "小时" => Self::Hours(n),
            "工作小时" => Self::WorkingHours(n),
            _ => return Err(remedy()),
        };
        match n {
            0 => Err(format!("时限“{}”不能为 0", text.trim())),
            _ if limit.amount() != n => Err(format!("时限“{}”超过一百年，请核对", text.trim())),
            _ => Ok(limit),
        }
    }
}

impl From<Limit> for String {
    fn from(limit: Limit) -> Self {
        limit.to_string()
    }
}

impl TryFrom<String> for Limit {
    type Error = String;
    fn try_from(text: String) -> Result<Self, String> {
        text.parse()
    }
}
