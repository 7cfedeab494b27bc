//! What the journal speaks of: each kind of subject has a word, a name for each of its rows, words for its fields.

use std::ops::Deref;
use std::sync::Arc;

use huitong_kernel::capability::OfKind;
use huitong_kernel::journal::Kept;
use huitong_kernel::pack::Office;
use huitong_kernel::{Id, Named, Result, Tx};

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

/// Who can see a row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Seen {
    /// Everybody.
    Public,
    /// Whom the lines name.
    By(Vec<Explanation>),
}

/// A kind of subject; whoever owns the rows says of them what it can, the rest is as little as possible.
pub trait Subject: Send + Sync {
    /// As the journal writes it (`appeal`).
    fn kind(&self) -> &str;

    /// In Chinese.
    fn label(&self) -> &str;

    /// Names a row.
    fn describe(&self, _: &Tx, _id: &str) -> Result<Option<Described>> {
        Ok(None)
    }

    /// Id of the row that somebody names by its number, code or name; none where this kind has no such row.
    fn find(&self, _: &Tx, _typed: &str) -> Result<Option<String>> {
        Ok(None)
    }

    /// Words for the fields that entries carry, in the order in which they are read.
    fn fields(&self) -> &'static [(&'static str, &'static str)] {
        &[]
    }

    /// The word for a field that is none of [`Subject::fields`], by its path (`form.reason`).
    fn inner(&self, _: &Tx, _: &Kept, _path: &str) -> Option<String> {
        None
    }

    /// What a value stands for, by the path of its field, where it is a key of the pack or of this kind's own; none where
    /// it stands for itself.
    fn meaning(&self, _: &Tx, _: &Kept, _path: &str, _text: &str) -> Option<String> {
        None
    }

    /// Who can see a row; nobody where nothing is known of it.
    fn seen(&self, _: &Tx, _id: &str) -> Result<Seen> {
        Ok(Seen::By(Vec::new()))
    }

    /// Takes out of an entry what this reader of the journal may not learn of the row.
    fn veil(&self, _: &Tx, _: &mut Kept) -> Result<()> {
        Ok(())
    }

    /// The rows whose entries by this account the veil hides: a search for the account must not find them either.
    fn veiled(&self, _: &Tx, _account: &str) -> Result<Vec<String>> {
        Ok(Vec::new())
    }
}

/// A kind of subject as its owner hands it to the house.
#[derive(Clone)]
pub struct Kind(Arc<dyn Subject>);

impl Kind {
    /// Hands in what an owner says of its rows.
    pub fn new(subject: impl Subject + 'static) -> Kind {
        Kind(Arc::new(subject))
    }
}

impl Deref for Kind {
    type Target = dyn Subject;

    fn deref(&self) -> &Self::Target {
        self.0.as_ref()
    }
}

impl OfKind for Kind {
    fn kind(&self) -> &str {
        self.0.kind()
    }
}

/// What is said of the rows of a kind; none where nobody owns it.
pub fn subject(tx: &Tx, kind: &str) -> Option<Kind> {
    tx.ctx().policy.of_kind(kind)
}

/// Names a row that is found by its id; `page` goes before the id in the row's address.
pub fn named<T: Named>(
    id: &str,
    page: Option<&str>,
    find: impl FnOnce(&Id<T>) -> Result<Option<String>>,
) -> Result<Option<Described>> {
    let Some(parsed) = Id::parse(id) else { return Ok(None) };
    let found = find(&parsed)?;
    Ok(found.map(|text| Described { text, href: page.map(|page| format!("{page}{id}")) }))
}

/// Takes out of an entry what this reader may not learn; a file is veiled as the row it belongs to.
pub(super) fn veil(tx: &Tx, kept: &mut Kept) -> Result<()> {
    let of_file = |field: &str| kept.body[field].as_str().map(str::to_owned);
    let (kind, row) = match (of_file("subject_kind"), of_file("subject")) {
        (Some(kind), Some(row)) => (kind, row),
        _ => (kept.subject_kind.clone(), kept.subject.clone()),
    };
    let Some(subject) = subject(tx, &kind) else { return Ok(()) };
    let own = std::mem::replace(&mut kept.subject, row);
    let veiled = subject.veil(tx, kept);
    kept.subject = own;
    veiled
}

/// The subjects whose entries by this account are hidden from the reader, with the files that belong to them.
pub(super) fn veiled(tx: &Tx, account: &str) -> Result<Vec<String>> {
    let mut hidden = Vec::new();
    for subject in tx.ctx().policy.of_every_kind::<Kind>() {
        for row in subject.veiled(tx, account)? {
            let files = attachments::list(tx, &row, true)?;
            hidden.extend(files.into_iter().map(|file| file.id.to_string()));
            hidden.push(row);
        }
    }
    Ok(hidden)
}

/// Names the row that an entry is about; where nobody names it, whose it is; else its id.
pub(super) fn describe(tx: &Tx, kept: &Kept) -> Result<Described> {
    let subject = subject(tx, &kept.subject_kind);
    if let Some(described) = subject.map_or(Ok(None), |s| s.describe(tx, &kept.subject))? {
        return Ok(described);
    }
    let user = [&kept.body["user"], &kept.body["after"]["user"]].into_iter().find_map(|value| value.as_str());
    let text = match user.and_then(Id::parse) {
        Some(user) => identity::name_of(tx, &user)?,
        None => kept.subject.clone(),
    };
    Ok(Described { text, href: None })
}

/// Name of the body an act was done for: unit, association, or company; the code as it stands where nobody has a post in it.
pub(super) fn office_name(tx: &Tx, office: &str) -> Result<String> {
    if let Some(id) = Id::parse(office) {
        return units::name_of(tx, &id);
    }
    match Id::parse(office) {
        Some(id) => associations::name_of(tx, &id),
        None if office.is_empty() => Ok(String::new()),
        None => Ok(identity::company_name(tx, office)?.unwrap_or_else(|| office.to_owned())),
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
