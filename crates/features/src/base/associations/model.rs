//! An association or chamber as the register knows it, and who holds which office in it.

use huitong_codes::{Uscc, industry};
use huitong_kernel::ctx::User;
use huitong_kernel::{Id, Named};
use jiff::civil::Date;

impl Named for Association {
    const PREFIX: &'static str = "asc";
}

/// Id of an association.
pub type AssociationId = Id<Association>;

/// Whether it exists; nothing else about an association's standing is kept here, and nothing adverse ever.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Status {
    /// Exists.
    Active,
    /// Struck from the registration authority's register at its own wish.
    Deregistered,
}

impl Status {
    /// The word it is stored by.
    pub fn key(self) -> &'static str {
        match self {
            Status::Active => "active",
            Status::Deregistered => "deregistered",
        }
    }

    /// The word on pages.
    pub fn label(self) -> &'static str {
        match self {
            Status::Active => "存续",
            Status::Deregistered => "已注销",
        }
    }

    /// Reads the stored word.
    pub fn parse(key: &str) -> Option<Status> {
        [Status::Active, Status::Deregistered].into_iter().find(|s| s.key() == key)
    }
}

/// An industry association or chamber of commerce.
#[derive(Debug, Clone)]
pub struct Association {
    /// Id.
    pub id: AssociationId,
    /// Unified social credit code; its first two characters are 51.
    pub uscc: Uscc,
    /// Full name.
    pub name: String,
    /// How it is managed (key of the pack's association types).
    pub management_type: String,
    /// Whether it exists.
    pub status: Status,
    /// Day of its registration.
    pub founded_on: Option<Date>,
    /// Last day of the present council's term.
    pub term_ends_on: Option<Date>,
    /// Industries it speaks for (codes of GB/T 4754-2017).
    pub industries: Vec<String>,
    /// Members, as last reported.
    pub member_count: Option<i64>,
    /// 业务范围, as in the charter.
    pub scope: String,
    /// Office address.
    pub address: Option<String>,
    /// Office telephone.
    pub phone: Option<String>,
    /// Version for concurrent edits.
    pub version: i64,
}

impl Association {
    /// Its industries in words; a code the standard does not list stands as it is.
    pub fn industry_names(&self) -> Vec<&str> {
        self.industries.iter().map(|code| industry::find(code).map_or(code.as_str(), |i| i.name)).collect()
    }
}

/// An office held in an association.
pub struct Office;
impl Named for Office {
    const PREFIX: &'static str = "apn";
}

/// Who holds an office in an association; the post only, no file on the person.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Person {
    /// Id of the entry.
    pub id: Id<Office>,
    /// The association.
    pub association: AssociationId,
    /// Name.
    pub name: String,
    /// Office: 会长, 秘书长, 联络员.
    pub title: String,
    /// Telephone.
    pub phone: Option<String>,
    /// The account, where the person has one.
    pub user: Option<Id<User>>,
    /// First day.
    pub from_on: Date,
    /// Last day, where it has one.
    pub until_on: Option<Date>,
}

/// What is searched for, made comparable: the blanks between words mean "and".
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Terms(Vec<String>);

/// Words of one search that count; further ones are left out.
const WORDS: usize = 3;
/// Longest name of an association, in characters.
pub const NAME: usize = 100;
/// Characters of a word that count; a longer one is in no name, and engines refuse patterns that are too long.
const WORD: usize = NAME + 20;

impl Terms {
    /// Reads what somebody typed; full-width characters and letter case do not matter.
    pub fn of(typed: &str) -> Terms {
        let folded = huitong_codes::text::half_width(typed);
        let word = |word: &str| word.to_lowercase().chars().take(WORD).collect();
        Terms(folded.split_whitespace().take(WORDS).map(word).collect())
    }

    /// Whether nothing was typed.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Whether one of these names holds every word; for short lists that are in memory anyway.
    pub fn fit(&self, names: &[&str]) -> bool {
        let folded: Vec<String> = names.iter().map(|name| fold(name)).collect();
        self.0.iter().all(|word| folded.iter().any(|name| name.contains(word)))
    }

    /// Patterns for `LIKE … ESCAPE '!'`, always three; what was typed stands for itself, `%` and `_` too.
    pub fn patterns(&self) -> [String; WORDS] {
        std::array::from_fn(|nth| {
            let word = self.0.get(nth).map_or("", String::as_str);
            let literal = word.replace('!', "!!").replace('%', "!%").replace('_', "!_");
            format!("%{literal}%")
        })
    }
}

/// The text that searches look into: name and code, folded as [`Terms`] are, the blanks inside a name dropped.
pub fn search_text(name: &str, uscc: &str) -> String {
    format!("{} {}", fold(name), uscc.to_lowercase())
}

fn fold(name: &str) -> String {
    let folded = huitong_codes::text::half_width(name).to_lowercase();
    folded.chars().filter(|c| !c.is_whitespace()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_typed_stands_for_itself() {
        assert_eq!(Terms::of("１００％ a_b!").patterns(), ["%100!%%", "%a!_b!!%", "%%"]);
        assert_eq!(Terms::of("ＡＢＣ　物流"), Terms::of("abc 物流"));
        assert!(Terms::of(" 　").is_empty());
    }

    #[test]
    fn names_are_folded_as_terms_are() {
        let text = search_text("锦宁市 ＩＴ 协会", "51510100MJQ000015B");
        assert_eq!(text, "锦宁市it协会 51510100mjq000015b");
        assert!(text.contains(Terms::of("ＩＴ协会").patterns()[0].trim_matches('%')));
    }
}
