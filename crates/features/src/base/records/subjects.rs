//! What the journal speaks of: each kind of subject has a word, a name for each of its rows, words for its fields.

use huitong_kernel::journal::Kept;
use huitong_kernel::pack::Office;
use huitong_kernel::rights::SubjectKeys;
use huitong_kernel::{Id, Result, Tx};

use crate::base::{associations, duty, identity, units};

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
    /// Words for the fields that entries carry.
    pub fields: &'static [(&'static str, &'static str)],
    /// Who can see a row.
    pub seen: Seen,
    /// Takes out of an entry what this reader of the journal may not learn of the row.
    pub veil: fn(&Tx, &mut Kept) -> Result<()>,
}

/// Takes nothing out.
const fn open(_: &Tx, _: &mut Kept) -> Result<()> {
    Ok(())
}

/// Every kind of subject and every act; the list of capabilities implements it.
pub trait Subjects {
    /// Kinds of subjects.
    const SUBJECTS: &'static [Subject];
    /// Acts with their Chinese names, capability by capability.
    const ACTS: &'static [&'static [(&'static str, &'static str)]];
}

/// The kinds that the base itself brings.
pub const BASE: &[Subject] = &[
    Subject {
        kind: "association",
        label: "协会",
        describe: |tx, id| named(id, |id| Ok(associations::find(tx, &id)?.map(|a| (a.name, Some("/orgs/"))))),
        find: |tx, typed| {
            let uscc = huitong_codes::Uscc::parse(typed).ok();
            let by_code = uscc.map(|u| associations::by_uscc(tx, &u)).transpose()?.flatten();
            let by_name =
                || Ok::<_, huitong_kernel::Error>(associations::by_name(tx, typed)?.into_iter().next());
            let found = match by_code {
                Some(found) => Some(found),
                None => by_name()?,
            };
            Ok(found.map(|a| a.id.to_string()))
        },
        fields: &[
            ("uscc", "统一社会信用代码"),
            ("name", "名称"),
            ("management_type", "管理类型"),
            ("status", "状态"),
            ("founded_on", "成立日期"),
            ("term_ends_on", "本届任期至"),
            ("industries", "所属行业"),
            ("member_count", "会员数"),
            ("scope", "业务范围"),
            ("title", "职务"),
            ("from_on", "自"),
            ("until_on", "至"),
        ],
        seen: Seen::Public,
        veil: open,
    },
    Subject {
        kind: "link",
        label: "责任关系",
        describe: |tx, id| {
            let Some(link) = Id::parse(id).map(|id| duty::find(tx, &id)).transpose()?.flatten() else {
                return Ok(None);
            };
            let association = associations::name_of(tx, &link.association)?;
            let text = format!("{association} — {}", units::name_of(tx, &link.unit)?);
            Ok(Some(Described { text, href: Some(format!("/duty?association={}", link.association)) }))
        },
        find: |_, _| Ok(None),
        fields: &[
            ("association", "协会"),
            ("kind", "关系类型"),
            ("unit", "单位"),
            ("from_on", "起始日"),
            ("until_on", "截止日"),
            ("paper", "来源文件"),
        ],
        seen: Seen::Public,
        veil: open,
    },
    Subject {
        kind: "unit",
        label: "单位",
        describe: |tx, id| named(id, |id| Ok(units::find(tx, &id)?.map(|u| (u.name, None)))),
        find: |tx, typed| Ok(units::by_name(tx, typed)?.map(|u| u.id.to_string())),
        fields: &[("name", "名称"), ("kinds", "单位类型"), ("functions", "职能")],
        seen: Seen::Public,
        veil: open,
    },
    Subject {
        kind: "user",
        label: "账户",
        describe: |tx, id| named(id, |id| Ok(identity::account(tx, &id)?.map(|a| (a.name, None)))),
        find: |tx, typed| Ok(identity::by_login(tx, typed)?.map(|a| a.id.to_string())),
        fields: &[("login", "登录名"), ("name", "姓名"), ("role", "角色"), ("office", "任职处")],
        seen: Seen::By(|tx, _| {
            super::by_roles(tx, "user.list", &SubjectKeys::default(), &|_| None, &|_| false)
        }),
        veil: open,
    },
    Subject {
        kind: "attachment",
        label: "附件",
        describe: |_, _| Ok(None),
        find: |_, _| Ok(None),
        fields: &[("subject_kind", "所属事项"), ("subject", "所属记录"), ("sm3", "内容摘要")],
        seen: Seen::By(|_, _| Ok(Vec::new())),
        veil: open,
    },
    Subject {
        kind: "pack",
        label: "政策包",
        describe: |tx, id| {
            let known = tx.ctx().policy.version(id);
            Ok(known.map(|p| Described { text: p.version.clone(), href: Some(String::from("/admin/pack")) }))
        },
        find: |_, _| Ok(None),
        fields: &[("version", "版本"), ("digest", "摘要"), ("title", "标题")],
        seen: Seen::By(|tx, _| {
            super::by_roles(tx, "pack.view", &SubjectKeys::default(), &|_| None, &|_| false)
        }),
        veil: open,
    },
];

fn named<T: huitong_kernel::Named>(
    id: &str,
    find: impl FnOnce(Id<T>) -> Result<Option<(String, Option<&'static str>)>>,
) -> Result<Option<Described>> {
    let Some(parsed) = Id::parse(id) else { return Ok(None) };
    let found = find(parsed)?;
    Ok(found.map(|(text, page)| Described { text, href: page.map(|page| format!("{page}{id}")) }))
}

/// Names a row of any kind; its id where nobody names it.
pub(super) fn describe<H: Subjects>(tx: &Tx, kind: &str, id: &str) -> Result<Described> {
    let unnamed = || Described { text: id.to_owned(), href: None };
    let Some(subject) = H::SUBJECTS.iter().find(|s| s.kind == kind) else { return Ok(unnamed()) };
    Ok((subject.describe)(tx, id)?.unwrap_or_else(unnamed))
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
