//! A limit as people write it in the pack: `4 工作小时`, `3 工作日`, `60 日`, `2 小时`.

use crate::deadline::Limit;

/// A length of time as a rule says it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LimitText {
    /// As it is counted.
    pub length: Limit,
    /// As it reads: `4 工作小时`.
    pub text: String,
}

impl LimitText {
    /// Reads `N 单位`; the error is the remedy in Chinese.
    ///
    /// # Errors
    /// Where the number is not 1 to 999 or the unit is not one of the four.
    pub fn parse(text: &str) -> Result<LimitText, String> {
        let length: Option<Limit> = text.trim().parse().ok();
        let length = length.filter(|limit| (1..1000).contains(&limit.amount()));
        let remedy = "写成“4 工作小时”“3 工作日”“60 日”“2 小时”；单位只有工作日、日、小时、工作小时";
        length.map(|length| LimitText { length, text: length.to_string() }).ok_or_else(|| remedy.to_owned())
    }
}

#[cfg(test)]
mod tests {
    use super::LimitText;
    use crate::deadline::Limit;

    #[test]
    fn reads_the_four_units() {
        let read = |text| LimitText::parse(text).map(|limit| limit.length);
        assert_eq!(read("4 工作小时"), Ok(Limit::WorkingHours(4)));
        assert_eq!(read("3工作日"), Ok(Limit::WorkingDays(3)));
        assert_eq!(read(" 60 日"), Ok(Limit::Days(60)));
        assert_eq!(read("2 小时"), Ok(Limit::Hours(2)));
        for bad in ["", "3", "三 工作日", "0 日", "1000 日", "-1 日", "1.5 小时", "3 working days"] {
            assert!(read(bad).is_err(), "{bad}");
        }
    }
}
