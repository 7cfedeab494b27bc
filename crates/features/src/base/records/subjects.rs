//! What the journal speaks of: each kind of subject has a word, a name for each of its rows, words for its fields.

use huitong_kernel::journal::Kept;
use huitong_kernel::pack::Office;
use huitong_kernel::{Id, Result, Tx};

use crate::base::{associations, attachments, identity, units};

/// A row as it is named in a list, and the page it has.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Described {
    /// Its name or number; never the identity of a confidential person.
    pub text: String,
    /// Its page, where it has one.
    pub href: Option<String>,
}

/// Who can see a row, by which rule: one line for each way.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Explanation {
    /// Title of the role.
    pub role: String,
    /// Where the role is held: 单位, 协会, 企业, 全市.
    pub office: String,
    /// How far the right reaches.
    pub reach: String,
    /// The rule in one sentence.
    pub rule: String,
    /// Names of the persons it holds for now; empty where it holds for everybody or for nobody.
    pub people: Vec<String>,
    /// Whether it holds for whoever comes.
    pub everybody: bool,
}

/// Explains who can see a row.
pub type Explain = fn(&Tx, &str) -> Result<Vec<Explanation>>;

/// Who can see the rows of a kind.
#[derive(Clone, Copy)]
pub enum Seen {
    /// Everybody.
    Public,
    /// Whom the explanation names.
    By(Explain),
}

/// A kind of subject.
#[derive(Clone, Copy)]
pub struct Subject {
    /// As the journal writes it (`appeal`).
    pub kind: &'static str,
    /// In Chinese.
    pub label: &'static str,
    /// Names a row.
    pub describe: fn(&Tx, &str) -> Result<Option<Described>>,
    /// Id of the row that somebody names by its number, code or name; none where this kind has no such row.
    pub find: fn(&Tx, &str) -> Result<Option<String>>,
    /// Acts on rows of this kind, with their Chinese names.
    pub acts: &'static [(&'static str, &'static str)],
    /// Words for the fields that entries carry.
    pub fields: &'static [(&'static str, &'static str)],
    /// The word for a field inside another one, named by its path (`form.reason`).
    pub inner: Word,
    /// What a value stands for, where it is a key of the pack or of this kind's own.
    pub meaning: Meaning,
    /// Who can see a row.
    pub seen: Seen,
    /// Takes out of an entry what this reader of the journal may not learn of the row.
    pub veil: fn(&Tx, &mut Kept) -> Result<()>,
    /// The rows whose entries by this account the veil hides: a search for the account must not find them either.
    pub veiled: fn(&Tx, &str) -> Result<Vec<String>>,
}

/// The word for a field of an entry, by its path.
pub type Word = fn(&Tx, &Kept, &str) -> Option<String>;

/// What a value of an entry stands for, by the path of its field; none where it stands for itself.
pub type Meaning = fn(&Tx, &Kept, &str, &str) -> Option<String>;

/// Every kind of subject and every act; the list of capabilities implements it.
pub trait Subjects {
    /// Kinds of subjects.
    const SUBJECTS: &'static [Subject];
    /// Acts with their Chinese names, capability by capability.
    const ACTS: &'static [&'static [(&'static str, &'static str)]];
}

/// Takes out of an entry what this reader may not learn; a file is veiled as the row it belongs to.
pub(super) fn veil<H: Subjects>(tx: &Tx, kept: &mut Kept) -> Result<()> {
    let of_file = |field: &str| kept.body[field].as_str().map(str::to_owned);
    let (kind, row) = match (of_file("subject_kind"), of_file("subject")) {
        (Some(kind), Some(row)) => (kind, row),
        _ => (kept.subject_kind.clone(), kept.subject.clone()),
    };
    let Some(subject) = H::SUBJECTS.iter().find(|s| s.kind == kind) else { return Ok(()) };
    let own = std::mem::replace(&mut kept.subject, row);
    let veiled = (subject.veil)(tx, kept);
    kept.subject = own;
    veiled
}

/// The subjects whose entries by this account are hidden from the reader, with the files that belong to them.
pub(super) fn veiled<H: Subjects>(tx: &Tx, account: &str) -> Result<Vec<String>> {
    let mut hidden = Vec::new();
    for subject in H::SUBJECTS {
        for row in (subject.veiled)(tx, account)? {
            let files = attachments::list(tx, &row, true)?;
            hidden.extend(files.into_iter().map(|file| file.id.to_string()));
            hidden.push(row);
        }
    }
    Ok(hidden)
}

/// Names the row that an entry is about; where nobody names it, whose it is; else its id.
pub(super) fn describe<H: Subjects>(tx: &Tx, kept: &Kept) -> Result<Described> {
    let subject = H::SUBJECTS.iter().find(|s| s.kind == kept.subject_kind);
    if let Some(described) = subject.map_or(Ok(None), |s| (s.describe)(tx, &kept.subject))? {
        return Ok(described);
    }
    let user = [&kept.body["user"], &kept.body["after"]["user"]].into_iter().find_map(|value| value.as_str());
    let text = match user.and_then(Id::parse) {
        Some(user) => identity::name_of(tx, &user)?,
        None => kept.subject.clone(),
    };
    Ok(Described { text, href: None })
}

/// Name of the body an act was done for: unit, association, or the company's code as it stands.
pub(super) fn office_name(tx: &Tx, office: &str) -> Result<String> {
    if let Some(id) = Id::parse(office) {
        return units::name_of(tx, &id);
    }
    match Id::parse(office) {
        Some(id) => associations::name_of(tx, &id),
        None => Ok(office.to_owned()),
    }
}

/// The word for where a role is held.
pub(super) fn office_word(office: Office) -> &'static str {
    match office {
        Office::None => "不登录",
        Office::Association => "协会",
        Office::Company => "企业",
        Office::Unit => "单位",
        Office::City => "全市",
    }
}
