//! Conditions as they stand in the pack: `{ fact = "…", is = "…" }`, grouped by `all`, `any`, `not`.

use toml_edit::Value as Toml;

use super::day::RelativeDay;
use super::desk::Ref;
use super::finding::did_you_mean;
use super::table::Tab;
use crate::condition::{Comparator, Condition, Constant, FactDef, FactType, Named, Test};

/// Reads the condition in a table; `None` where it could not be read (a finding was noted).
pub(super) fn condition(tab: &Tab<'_>, facts: &[FactDef]) -> Option<Condition> {
    tab.know_all();
    let keys = tab.keys();
    let groups: Vec<&String> =
        keys.iter().filter(|key| ["all", "any", "not"].contains(&key.as_str())).collect();
    match (groups.as_slice(), keys.as_slice()) {
        ([group], [_]) => grouped(tab, group, facts),
        ([], _) => test(tab, &keys, facts),
        _ => {
            let message = "all、any、not 要单独写，不能和别的键放在一起";
            tab.desk.say(&tab.at(""), message, "写成 { all = [{ … }, { … }] }，需要时一层套一层");
            None
        }
    }
}

fn grouped(tab: &Tab<'_>, group: &str, facts: &[FactDef]) -> Option<Condition> {
    if group == "not" {
        return condition(&tab.table("not")?, facts).map(|part| Condition::Not(Box::new(part)));
    }
    let parts = if group == "all" { tab.tables("all") } else { tab.tables("any") };
    if parts.is_empty() {
        tab.desk.say(&tab.at(group), "条件组是空的", "请至少写一个条件，或者删去这一组");
        return None;
    }
    let read: Vec<Option<Condition>> = parts.iter().map(|part| condition(part, facts)).collect();
    let read: Option<Vec<Condition>> = read.into_iter().collect();
    read.map(|parts| if group == "all" { Condition::All(parts) } else { Condition::Any(parts) })
}

fn test(tab: &Tab<'_>, keys: &[String], facts: &[FactDef]) -> Option<Condition> {
    let key = tab.text("fact");
    let comparators: Vec<&String> = keys.iter().filter(|key| *key != "fact").collect();
    let [comparator_key] = comparators.as_slice() else {
        let message = format!("一个条件要有一个事实和一种比较，现在有 {} 种比较", comparators.len());
        tab.desk.say(&tab.at(""), message, "写成 { fact = \"…\", is = \"…\" }；几个条件用 all 或 any 合起来");
        return None;
    };
    let known = Comparator::ALL.iter().find(|(word, _)| *word == comparator_key.as_str());
    let Some((_, comparator)) = known else {
        let suggestion = did_you_mean(comparator_key, Comparator::ALL.iter().map(|(word, _)| *word));
        tab.desk.say(&tab.at(comparator_key), format!("没有“{comparator_key}”这种比较"), suggestion);
        return None;
    };
    let Some(fact) = facts.iter().find(|fact| fact.key == key) else {
        if !key.is_empty() {
            let suggestion = did_you_mean(&key, facts.iter().map(|fact| fact.key.as_str()));
            tab.desk.say(&tab.at("fact"), format!("没有事实“{key}”"), suggestion);
        }
        return None;
    };
    let reading = Reading { tab, key: comparator_key, fact };
    let constant = reading.constant(*comparator, tab.raw(comparator_key)?)?;
    Some(Condition::Test(Test { fact: fact.clone(), comparator: *comparator, constant }))
}

struct Reading<'r> {
    tab: &'r Tab<'r>,
    key: &'r str,
    fact: &'r FactDef,
}

impl Reading<'_> {
    fn refuse<T>(&self, message: String, suggestion: impl Into<String>) -> Option<T> {
        self.tab.desk.say(&self.tab.at(self.key), message, suggestion);
        None
    }

    fn constant(&self, comparator: Comparator, value: &Toml) -> Option<Constant> {
        use Comparator::{Is, IsNot, Known, NoneOf, OneOf};
        if comparator == Known {
            let yes = value
                .as_bool()
                .or_else(|| self.refuse("known 后面写 true 或 false".to_owned(), "写成 known = true"));
            return yes.map(Constant::Flag);
        }
        let equality = matches!(comparator, Is | IsNot);
        let several = matches!(comparator, OneOf | NoneOf);
        let fits = match &self.fact.kind {
            FactType::Flag | FactType::Unit | FactType::Person => equality,
            FactType::Text | FactType::Choice(_) | FactType::ChoiceOf(_) => equality || several,
            FactType::Number(_) | FactType::Date => !several,
            FactType::Instant => !several && !equality,
        };
        if !fits {
            let (label, words) = (&self.fact.label, self.comparators());
            return self
                .refuse(format!("“{label}”不能用 {} 比较", comparator.key()), format!("可用的有：{words}"));
        }
        if several {
            return self.texts(value);
        }
        match &self.fact.kind {
            FactType::Flag => match value.as_bool() {
                Some(yes) => Some(Constant::Flag(yes)),
                None => self.refuse(format!("“{}”是“是或否”", self.fact.label), "写 true 或 false"),
            },
            FactType::Text | FactType::Choice(_) | FactType::ChoiceOf(_) => {
                self.named(value).map(Constant::Text)
            }
            FactType::Number(unit) => self.number(value, unit),
            FactType::Instant => self.moment(value),
            FactType::Date => self.date(value),
            FactType::Unit => self.only(value, "本单位", Constant::MyUnit),
            FactType::Person => self.only(value, "本人", Constant::Me),
        }
    }

    fn comparators(&self) -> &'static str {
        match self.fact.kind {
            FactType::Flag | FactType::Unit | FactType::Person => "is、is_not、known",
            FactType::Text | FactType::Choice(_) | FactType::ChoiceOf(_) => {
                "is、is_not、one_of、none_of、known"
            }
            FactType::Number(_) | FactType::Date => "is、is_not、at_least、at_most、above、below、known",
            FactType::Instant => "at_least、at_most、above、below、known",
        }
    }

    fn text<'v>(&self, value: &'v Toml) -> Option<&'v str> {
        value.as_str().map(str::trim).or_else(|| self.refuse("应为文本".to_owned(), "把值放在英文双引号里"))
    }

    fn named(&self, value: &Toml) -> Option<Named> {
        let word = self.text(value)?;
        let FactType::Choice(choices) = &self.fact.kind else {
            return Some(Named { key: word.to_owned(), label: word.to_owned() });
        };
        let found = choices.iter().find(|choice| choice.key == word).cloned();
        found.or_else(|| {
            let suggestion = did_you_mean(word, choices.iter().map(|choice| choice.key.as_str()));
            self.refuse(format!("“{}”没有“{word}”这个值", self.fact.label), suggestion)
        })
    }

    fn texts(&self, value: &Toml) -> Option<Constant> {
        let array = value.as_array().filter(|array| !array.is_empty());
        let Some(array) = array else {
            return self.refuse("应为至少有一个值的列表".to_owned(), "写成 [\"甲\", \"乙\"]");
        };
        let all: Vec<Option<Named>> = array.iter().map(|value| self.named(value)).collect();
        all.into_iter().collect::<Option<Vec<Named>>>().map(Constant::Texts)
    }

    fn number(&self, value: &Toml, unit: &str) -> Option<Constant> {
        let words = value.as_str().unwrap_or_default();
        let number = words.strip_suffix(unit).and_then(|number| number.trim().parse().ok());
        number.map(Constant::Number).or_else(|| {
            self.refuse(format!("“{}”以“{unit}”计", self.fact.label), format!("写成 \"3 {unit}\""))
        })
    }

    fn date(&self, value: &Toml) -> Option<Constant> {
        let words = value.as_str().unwrap_or_default().trim();
        if let Some(day) = RelativeDay::parse(words).filter(|day| !day.working) {
            return Some(Constant::Day { offset: day.amount, words: day.words });
        }
        let date = words.parse().ok();
        date.map(Constant::Date).or_else(|| {
            self.refuse("应为日期".to_owned(), "写成 \"2025-03-14\"、“今天”、“7 日后”、“90 日前”")
        })
    }

    fn only(&self, value: &Toml, word: &str, constant: Constant) -> Option<Constant> {
        if value.as_str().map(str::trim) == Some(word) {
            return Some(constant);
        }
        self.refuse(format!("“{}”只能和“{word}”比较", self.fact.label), format!("写成 \"{word}\""))
    }

    fn moment(&self, value: &Toml) -> Option<Constant> {
        let words = self.text(value)?;
        match offset(words) {
            Some(offset_ms) => Some(Constant::Now { offset_ms, words: words.to_owned() }),
            None => self.refuse(format!("看不懂时间“{words}”"), "写“现在”、“24 小时后”、“3 日前”这样的时间"),
        }
    }
}

/// `现在`, `24 小时后`, `3 日前` as milliseconds from now.
fn offset(words: &str) -> Option<i64> {
    if words == "现在" {
        return Some(0);
    }
    let (sign, rest) = match (words.strip_suffix('后'), words.strip_suffix('前')) {
        (Some(rest), _) => (1, rest),
        (_, Some(rest)) => (-1, rest),
        _ => return None,
    };
    let units = [("小时", 3_600_000), ("分钟", 60_000), ("日", 86_400_000)];
    let (number, unit) =
        units.iter().find_map(|(word, ms)| rest.strip_suffix(word).map(|n| (n.trim(), *ms)))?;
    number.parse::<u16>().ok().map(|number| sign * i64::from(number) * unit)
}

/// The facts with their choices filled in from the pack's lists (`list` gives key and label of a list's entries).
pub(super) fn resolve(facts: &[FactDef], list: impl Fn(&str) -> Vec<Named>) -> Vec<FactDef> {
    let resolved = facts.iter().map(|fact| {
        let mut fact = fact.clone();
        if let FactType::ChoiceOf(name) = &fact.kind {
            fact.kind = FactType::Choice(list(name));
        }
        fact
    });
    resolved.collect()
}

/// Reads `when` where it may be absent; absent means always.
pub(super) fn when(tab: &Tab<'_>, facts: &[FactDef]) -> Condition {
    let read = tab.table("when").and_then(|inner| condition(&inner, facts));
    read.unwrap_or_else(Condition::always)
}

/// Says which facts of a condition have no column, where it must become SQL.
pub(super) fn must_have_columns(tab: &Tab<'_>, condition: &Condition) {
    for test in condition.tests() {
        if test.fact.column.is_none() {
            let message = format!("事实“{}”没有对应的列，不能用在队列里", test.fact.label);
            tab.desk.say(&tab.at("when"), message, "请换一个可以查询的事实");
        }
    }
}

/// Reads the name of a fact that lists can be ordered by.
pub(super) fn order_fact(tab: &Tab<'_>, name: &str, facts: &[FactDef]) -> Option<(String, String)> {
    let found = facts.iter().find(|fact| fact.key == name);
    match found.and_then(|fact| fact.order.clone().or(fact.column.clone())) {
        Some(column) => Some((name.to_owned(), column)),
        None if found.is_some() => {
            tab.desk.say(
                &tab.at("order"),
                format!("事实“{name}”没有对应的列，不能排序"),
                "请换一个可以查询的事实",
            );
            None
        }
        None => {
            tab.desk.refer(Ref::FACT, name, &tab.at("order"));
            None
        }
    }
}
