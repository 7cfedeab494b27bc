//! A limit as people write it: `4 工作小时`, `3 工作日`, `60 日`, `2 小时`.

use super::closed::Closed;

/// A length of time in the unit that a rule uses.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LimitText {
    /// How many.
    pub amount: u32,
    /// Of what.
    pub unit: LimitUnit,
    /// As it reads: `4 工作小时`.
    pub text: String,
}

/// The closed list of units a limit can have.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LimitUnit {
    /// Days on which offices work; counted from the next one.
    WorkingDays,
    /// Calendar days.
    Days,
    /// Hours by the clock.
    Hours,
    /// Hours of office time.
    WorkingHours,
}

impl Closed for LimitUnit {
    const WHAT: &'static str = "时限单位";
    const WORDS: &'static [(&'static str, LimitUnit)] = &[
        ("工作日", LimitUnit::WorkingDays),
        ("日", LimitUnit::Days),
        ("小时", LimitUnit::Hours),
        ("工作小时", LimitUnit::WorkingHours),
    ];
}

impl LimitText {
    /// Reads `N 单位`; the error is the remedy in Chinese.
    ///
    /// # Errors
    /// Where the number is not 1 to 999 or the unit is not one of the four.
    pub fn parse(text: &str) -> Result<LimitText, String> {
        let text = text.trim();
        let digits = text.chars().take_while(char::is_ascii_digit).count();
        let (number, unit) = text.split_at(digits);
        let remedy =
            || "写成“4 工作小时”“3 工作日”“60 日”“2 小时”；单位只有工作日、日、小时、工作小时".to_owned();
        let unit = LimitUnit::from_word(unit.trim()).ok_or_else(remedy)?;
        let amount = number.parse().ok().filter(|n| (1..1000).contains(n)).ok_or_else(remedy)?;
        Ok(LimitText { amount, unit, text: format!("{amount} {}", unit.word()) })
    }
}

#[cfg(test)]
mod tests {
    use super::{LimitText, LimitUnit};

    #[test]
    fn reads_the_four_units() {
        let read = |text| LimitText::parse(text).map(|limit| (limit.amount, limit.unit));
        assert_eq!(read("4 工作小时"), Ok((4, LimitUnit::WorkingHours)));
        assert_eq!(read("3工作日"), Ok((3, LimitUnit::WorkingDays)));
        assert_eq!(read(" 60 日"), Ok((60, LimitUnit::Days)));
        assert_eq!(read("2 小时"), Ok((2, LimitUnit::Hours)));
        for bad in ["", "3", "三 工作日", "3 天", "0 日", "1000 日", "-1 日", "1.5 小时", "3 working days"]
        {
            assert!(read(bad).is_err(), "{bad}");
        }
    }
}
