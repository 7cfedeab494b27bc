//! Conditions as SQL: a fragment over declared columns with `$n` places, and its arguments.
//!
//! SQL's own NULL logic is the same three-valued logic as in memory, so a row of which a fact is not known is
//! neither found by a condition nor by its negation. Both engines understand every fragment made here.

use super::{Comparator, Condition, Constant, Frame, NEVER, Test};

/// One argument of a fragment.
#[derive(Clone, Debug, PartialEq)]
pub enum Argument {
    /// Yes or no.
    Flag(bool),
    /// Text, choice key or id.
    Text(String),
    /// A number.
    Number(i64),
    /// UTC milliseconds.
    Instant(i64),
    /// A civil date as `YYYY-MM-DD`.
    Date(String),
}

/// A fact of the condition has no column, or nobody is there whom `本人`/`本单位` could mean.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NotInSql {
    /// What cannot be asked of the database, in words.
    pub reason: String,
}

/// Turns a condition into `(fragment, arguments)`; the first place is `$first`.
///
/// # Errors
/// Where a fact has no column, or the frame lacks the person or unit that a constant stands for.
pub fn fragment(
    condition: &Condition,
    frame: &Frame<'_>,
    first: usize,
) -> Result<(String, Vec<Argument>), NotInSql> {
    let mut writer = Writer { frame, first, arguments: Vec::new(), negated: false };
    let text = writer.condition(condition)?;
    Ok((text, writer.arguments))
}

struct Writer<'a> {
    frame: &'a Frame<'a>,
    first: usize,
    arguments: Vec<Argument>,
    /// Whether the text stands under a "not": there a column that is never empty would find what is not known.
    negated: bool,
}

impl Writer<'_> {
    fn condition(&mut self, condition: &Condition) -> Result<String, NotInSql> {
        match condition {
            Condition::All(parts) => self.group(parts, " AND ", "1 = 1"),
            Condition::Any(parts) => self.group(parts, " OR ", "1 = 0"),
            Condition::Not(part) => {
                let outside = std::mem::replace(&mut self.negated, true);
                let text = self.condition(part);
                self.negated = outside;
                Ok(format!("NOT ({})", text?))
            }
            Condition::Test(test) => self.test(test),
        }
    }

    fn group(&mut self, parts: &[Condition], word: &str, empty: &str) -> Result<String, NotInSql> {
        if parts.is_empty() {
            return Ok(empty.to_owned());
        }
        let parts: Result<Vec<String>, NotInSql> = parts.iter().map(|part| self.condition(part)).collect();
        Ok(format!("({})", parts?.join(word)))
    }

    fn test(&mut self, test: &Test) -> Result<String, NotInSql> {
        let Some(column) = &test.fact.column else {
            return Err(NotInSql {
                reason: format!("事实“{}”没有对应的列，不能用于查询", test.fact.label)
            });
        };
        if test.comparator == Comparator::Known {
            let known = test.constant == Constant::Flag(true);
            return Ok(format!("{column} IS {}NULL", if known { "NOT " } else { "" }));
        }
        if let Constant::Texts(all) = &test.constant {
            let word = if test.comparator == Comparator::NoneOf { "NOT IN" } else { "IN" };
            let places: Vec<String> =
                all.iter().map(|named| self.place(Argument::Text(named.key.clone()))).collect();
            return Ok(format!("{column} {word} ({})", places.join(", ")));
        }
        if test.constant == Constant::MyUnit && self.frame.my_units.len() > 1 {
            let word = if test.comparator == Comparator::IsNot { "NOT IN" } else { "IN" };
            let units = self.frame.my_units;
            let places: Vec<String> =
                units.iter().map(|unit| self.place(Argument::Text((*unit).to_owned()))).collect();
            return Ok(format!("{column} {word} ({})", places.join(", ")));
        }
        let argument = self.argument(&test.constant)?;
        if let (Some(order), Argument::Instant(at), false) = (&test.fact.order, &argument, self.negated)
            && *at < NEVER
        {
            return Ok(self.ordered(order, test.comparator, argument));
        }
        let place = self.place(argument);
        let sign = match test.comparator {
            Comparator::IsNot | Comparator::NoneOf => "<>",
            Comparator::AtLeast => ">=",
            Comparator::AtMost => "<=",
            Comparator::Above => ">",
            Comparator::Below => "<",
            Comparator::Is | Comparator::OneOf | Comparator::Known => "=",
        };
        Ok(format!("{column} {sign} {place}"))
    }

    /// The comparison with the column that orders: an index holds it. What is not known stands beyond every instant, so
    /// that only "before" may ask this column alone.
    fn ordered(&mut self, order: &str, comparator: Comparator, argument: Argument) -> String {
        let place = self.place(argument);
        let sign = match comparator {
            Comparator::Below => "<",
            Comparator::AtMost => "<=",
            Comparator::Above => ">",
            Comparator::AtLeast => ">=",
            Comparator::IsNot | Comparator::NoneOf => "<>",
            Comparator::Is | Comparator::OneOf | Comparator::Known => "=",
        };
        let known = match comparator {
            Comparator::Above | Comparator::AtLeast | Comparator::IsNot | Comparator::NoneOf => {
                let never = self.place(Argument::Instant(NEVER));
                format!(" AND {order} < {never}")
            }
            _ => String::new(),
        };
        if known.is_empty() {
            format!("{order} {sign} {place}")
        } else {
            format!("({order} {sign} {place}{known})")
        }
    }

    fn argument(&self, constant: &Constant) -> Result<Argument, NotInSql> {
        let nobody = |word: &str| NotInSql { reason: format!("没有登录，不能确定“{word}”") };
        Ok(match constant {
            Constant::Flag(yes) => Argument::Flag(*yes),
            Constant::Text(named) => Argument::Text(named.key.clone()),
            Constant::Texts(_) => {
                return Err(NotInSql { reason: "多个值只能用 one_of 或 none_of 比较".to_owned() });
            }
            Constant::Number(number) => Argument::Number(*number),
            Constant::Date(date) => Argument::Date(date.to_string()),
            Constant::Day { offset, .. } => Argument::Date(self.frame.day(*offset).to_string()),
            Constant::Now { offset_ms, .. } => Argument::Instant(self.frame.now.saturating_add(*offset_ms)),
            Constant::MyUnit => {
                let unit = self.frame.my_units.first().ok_or_else(|| nobody("本单位"))?;
                Argument::Text((*unit).to_owned())
            }
            Constant::Me => Argument::Text(self.frame.me.ok_or_else(|| nobody("本人"))?.to_owned()),
        })
    }

    fn place(&mut self, argument: Argument) -> String {
        self.arguments.push(argument);
        format!("${}", self.first + self.arguments.len() - 1)
    }
}
