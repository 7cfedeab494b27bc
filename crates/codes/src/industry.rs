//! 国民经济行业分类 (GB/T 4754-2017): 20 sections, 97 divisions, 473 groups, 1,380 classes.

use std::sync::LazyLock;

use crate::error::empty;
use crate::{CodeError, text};

/// Edition of the table, to be stored beside a code.
pub const VERSION: &str = "GB/T 4754-2017";

/// How far down an industry stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Level {
    /// 门类 (a letter).
    Section,
    /// 大类 (2 digits).
    Division,
    /// 中类 (3 digits).
    Group,
    /// 小类 (4 digits).
    Class,
}

impl Level {
    /// The standard's name of the level.
    pub fn name(self) -> &'static str {
        match self {
            Self::Section => "门类",
            Self::Division => "大类",
            Self::Group => "中类",
            Self::Class => "小类",
        }
    }
}

/// One industry.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Industry {
    /// A letter, or 2 to 4 digits.
    pub code: &'static str,
    /// The standard's name.
    pub name: &'static str,
    /// Letter of the section it belongs to.
    pub section: &'static str,
}

// In the order of the standard, which is also the order of the codes inside a section.
static TABLE: LazyLock<Vec<Industry>> = LazyLock::new(|| {
    let mut section = "";
    let mut table = Vec::with_capacity(1970);
    for line in include_str!("../data/industries_2017.txt").lines() {
        let Some((code, name)) = line.split_once(' ') else { continue };
        if code.len() == 1 {
            section = code;
        }
        table.push(Industry { code, name, section });
    }
    table
});

static BY_CODE: LazyLock<Vec<Industry>> = LazyLock::new(|| {
    let mut table = TABLE.clone();
    table.sort_by_key(|i| i.code);
    table
});

/// Finds an industry by its code, with or without the section's letter in front (`I6513` or `6513`).
pub fn find(input: &str) -> Option<Industry> {
    let code = text::code(input);
    let (section, digits) = match code.as_bytes().first() {
        Some(b) if b.is_ascii_uppercase() && code.len() > 1 => code.split_at(1),
        _ => ("", code.as_str()),
    };
    let found = BY_CODE.binary_search_by(|i| i.code.cmp(digits)).ok().map(|i| BY_CODE[i])?;
    (section.is_empty() || section == found.section).then_some(found)
}

/// Reads a code; refuses what the standard does not list and says which level is still right.
pub fn parse(input: &str) -> Result<Industry, CodeError> {
    let code = text::code(input);
    if code.is_empty() {
        return Err(empty("行业代码"));
    }
    if let Some(found) = find(&code) {
        return Ok(found);
    }
    let digits = code.trim_start_matches(|c: char| c.is_ascii_uppercase());
    if let (true, Some(found)) = (digits.len() < code.len(), find(digits)) {
        return Err(CodeError::at(
            1,
            format!("行业代码 {code} 的门类不对：{digits}（{}）属于门类 {}", found.name, found.section),
        ));
    }
    if digits.is_empty() || digits.len() > 4 || !digits.bytes().all(|b| b.is_ascii_digit()) {
        return Err(CodeError::new(format!(
            "行业代码“{code}”写法不对：应为门类字母（A至T）或2至4位数字，如 I、65、651、6513"
        )));
    }
    let above = (2..digits.len()).rev().find_map(|n| find(&digits[..n]));
    let advice = above.map_or_else(
        || "请在行业目录中选择".to_owned(),
        |i| format!("其上级 {}（{}）存在，请在其下选择", i.code, i.name),
    );
    Err(CodeError::new(format!("{VERSION} 中没有行业代码 {digits}，{advice}")))
}

impl Industry {
    /// Its level in the standard.
    pub fn level(&self) -> Level {
        match (self.code.len(), self.code == self.section) {
            (_, true) => Level::Section,
            (2, _) => Level::Division,
            (3, _) => Level::Group,
            _ => Level::Class,
        }
    }

    /// The industry above; `None` for a section.
    pub fn parent(&self) -> Option<Self> {
        match self.level() {
            Level::Section => None,
            Level::Division => find(self.section),
            Level::Group | Level::Class => find(&self.code[..self.code.len() - 1]),
        }
    }

    /// The industries directly below, in the order of the standard.
    pub fn children(&self) -> Vec<Self> {
        TABLE.iter().filter(|i| i.parent().is_some_and(|p| p == *self)).copied().collect()
    }

    /// The names from the section down, joined by ` › `.
    pub fn path(&self) -> String {
        let mut names = vec![self.name];
        let mut above = self.parent();
        while let Some(industry) = above {
            names.push(industry.name);
            above = industry.parent();
        }
        names.reverse();
        names.join(" › ")
    }
}

/// All industries in the order of the standard.
pub fn all() -> &'static [Industry] {
    &TABLE
}
