//! The kinds of subjects that the base brings: how each is named, found and read aloud.

use huitong_codes::{Uscc, industry};
use huitong_kernel::journal::Kept;
use huitong_kernel::rights::SubjectKeys;
use huitong_kernel::{Error, Id, Result, Tx};

use super::subjects::{Described, Explanation, Seen, Subject};
use crate::base::{associations, attachments, duty, identity, imports, units};

/// Takes nothing out.
const fn open(_: &Tx, _: &mut Kept) -> Result<()> {
    Ok(())
}

/// Has no words for fields inside fields.
const fn no_word(_: &Tx, _: &Kept, _: &str) -> Option<String> {
    None
}

/// Every value stands for itself.
const fn itself(_: &Tx, _: &Kept, _: &str, _: &str) -> Option<String> {
    None
}

/// A kind with nothing of its own yet.
const PLAIN: Subject = Subject {
    kind: "",
    label: "",
    describe: |_, _| Ok(None),
    find: |_, _| Ok(None),
    acts: &[],
    fields: &[],
    inner: no_word,
    meaning: itself,
    seen: Seen::By(|_, _| Ok(Vec::new())),
    veil: open,
    veiled: |_, _| Ok(Vec::new()),
};

/// What the program itself leaves behind.
pub const BASE: &[Subject] = &[ASSOCIATION, LINK, UNIT, USER, POST, SESSION, TOKEN, ATTACHMENT, IMPORT, PACK];

/// Associations of the register.
pub const ASSOCIATION: Subject = Subject {
    kind: "association",
    label: "协会",
    describe: |tx, id| named(id, |id| Ok(associations::find(tx, &id)?.map(|a| (a.name, Some("/orgs/"))))),
    find: |tx, typed| {
        let uscc = Uscc::parse(typed).ok();
        let by_code = uscc.map(|u| associations::by_uscc(tx, &u)).transpose()?.flatten();
        let by_name = || Ok::<_, Error>(associations::by_name(tx, typed)?.into_iter().next());
        let found = match by_code {
            Some(found) => Some(found),
            None => by_name()?,
        };
        Ok(found.map(|a| a.id.to_string()))
    },
    acts: associations::ACTS,
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
    meaning: |tx, _, field, text| match field {
        "management_type" => Some(tx.ctx().pack().ok()?.association_type(text)?.name.clone()),
        "status" => associations::Status::parse(text).map(|status| status.label().to_owned()),
        "industries" => industry::find(text).map(|industry| industry.name.to_owned()),
        _ => None,
    },
    seen: Seen::Public,
    ..PLAIN
};

/// Links of associations to the units that answer for them.
pub const LINK: Subject = Subject {
    kind: "link",
    label: "责任关系",
    describe: |tx, id| {
        let Some(link) = Id::parse(id).map(|id| duty::find(tx, &id)).transpose()?.flatten() else {
            return Ok(None);
        };
        let association = associations::name_of(tx, &link.association)?;
        let text = format!("{association} — {}", units::name_of(tx, &link.unit)?);
        Ok(Some(Described { text, href: Some(format!("/duty?association_id={}", link.association)) }))
    },
    acts: duty::ACTS,
    fields: &[
        ("association", "协会"),
        ("kind", "关系类型"),
        ("unit", "单位"),
        ("from_on", "起始日"),
        ("until_on", "截止日"),
        ("paper", "来源文件"),
    ],
    meaning: |tx, _, field, text| match field {
        "kind" => Some(tx.ctx().pack().ok()?.link_kind(text)?.title.clone()),
        _ => None,
    },
    seen: Seen::Public,
    ..PLAIN
};

/// Units of the city.
pub const UNIT: Subject = Subject {
    kind: "unit",
    label: "单位",
    describe: |tx, id| named(id, |id| Ok(units::find(tx, &id)?.map(|u| (u.name, None)))),
    find: |tx, typed| Ok(units::by_name(tx, typed)?.map(|u| u.id.to_string())),
    acts: units::ACTS,
    fields: &[("name", "名称"), ("kinds", "单位类型"), ("functions", "职能")],
    meaning: |tx, _, field, text| match field {
        "kinds" => Some(tx.ctx().pack().ok()?.unit_kind(text)?.name.clone()),
        _ => None,
    },
    seen: Seen::Public,
    ..PLAIN
};

/// Words for what entries on accounts, posts, sessions and tokens carry.
const OF_PEOPLE: &[(&str, &str)] = &[
    ("login", "用户名"),
    ("name", "姓名"),
    ("has_password", "已设密码"),
    ("must_change", "下次登录须改密码"),
    ("active", "可以登录"),
    ("role", "角色"),
    ("office", "任职处"),
    ("office_name", "任职处名称"),
    ("from", "自"),
    ("until", "至"),
    ("ended", "已立即结束"),
    ("in_force", "在任"),
    ("at_once", "立即结束"),
    ("paper", "依据文件"),
    ("reason", "原因"),
    ("user", "账户"),
    ("by", "由谁"),
    ("address", "登录地址"),
    ("minutes", "暂停分钟数"),
    ("sessions_ended", "结束的登录"),
    ("tokens_revoked", "收回的接口令牌"),
    ("from_elsewhere", "从另一处结束"),
    ("revoked", "已收回"),
];

/// Reads the keys in entries on accounts and what belongs to them.
fn of_people(tx: &Tx, _: &Kept, field: &str, text: &str) -> Option<String> {
    match (field, text) {
        ("role", role) => Some(tx.ctx().roles().get(role)?.title.clone()),
        ("by", "administrator") => Some(String::from("系统管理员")),
        ("by", "self") => Some(String::from("本人")),
        _ => None,
    }
}

fn who_may_see_accounts(tx: &Tx, _: &str) -> Result<Vec<Explanation>> {
    super::by_roles(tx, "user.list", &SubjectKeys::default(), &|_| None, &|_| false)
}

/// Accounts of people.
pub const USER: Subject = Subject {
    kind: "user",
    label: "账户",
    describe: |tx, id| {
        let page = tx.ctx().may("user.list").map(|_| "/admin/users/");
        named(id, |id| Ok(identity::account(tx, &id)?.map(|a| (a.name, page))))
    },
    find: |tx, typed| Ok(identity::by_login(tx, typed)?.map(|a| a.id.to_string())),
    acts: identity::ACTS,
    fields: OF_PEOPLE,
    meaning: of_people,
    seen: Seen::By(who_may_see_accounts),
    ..PLAIN
};

/// Posts that people hold.
pub const POST: Subject = Subject {
    kind: "post",
    label: "任职",
    describe: |tx, id| {
        let Some((post, account)) = Id::parse(id).map(|id| identity::post(tx, &id)).transpose()?.flatten()
        else {
            return Ok(None);
        };
        let title = tx.ctx().roles().get(&post.role).map_or(post.role.as_str(), |role| &role.title);
        let text = format!("{}（{} · {title}）", account.name, post.office.name);
        let href = tx.ctx().may("user.list").map(|_| format!("/admin/users/{}", account.id));
        Ok(Some(Described { text, href }))
    },
    acts: identity::ACTS,
    fields: OF_PEOPLE,
    meaning: of_people,
    seen: Seen::By(who_may_see_accounts),
    ..PLAIN
};

/// Browsers that signed in.
pub const SESSION: Subject =
    Subject { kind: "session", label: "登录", fields: OF_PEOPLE, acts: identity::ACTS, ..PLAIN };

/// Tokens of programs.
pub const TOKEN: Subject =
    Subject { kind: "token", label: "接口令牌", fields: OF_PEOPLE, acts: identity::ACTS, ..PLAIN };

/// Files that belong to something else.
pub const ATTACHMENT: Subject = Subject {
    kind: "attachment",
    label: "附件",
    acts: attachments::ACTS,
    fields: &[("subject_kind", "所属事项"), ("subject", "所属记录"), ("sm3", "内容摘要（SM3）")],
    ..PLAIN
};

/// Batches of rows brought in from files.
pub const IMPORT: Subject = Subject {
    kind: "import",
    label: "导入批次",
    acts: imports::ACTS,
    fields: &[
        ("kind", "导入内容"),
        ("file", "文件"),
        ("file_sm3", "文件摘要（SM3）"),
        ("mapping_sm3", "对照表摘要（SM3）"),
        ("rows", "行数"),
        ("accepted", "导入"),
        ("rejected", "退回"),
        ("unchanged", "早已导入"),
    ],
    ..PLAIN
};

/// Published packs.
pub const PACK: Subject = Subject {
    kind: "pack",
    label: "政策包",
    describe: |tx, id| {
        let known = tx.ctx().policy.version(id);
        Ok(known.map(|p| Described { text: p.version.clone(), href: Some(String::from("/admin/pack")) }))
    },
    acts: super::ACTS,
    fields: &[("version", "版本"), ("digest", "内容摘要（SM3）"), ("title", "标题")],
    seen: Seen::By(|tx, _| super::by_roles(tx, "pack.view", &SubjectKeys::default(), &|_| None, &|_| false)),
    ..PLAIN
};

fn named<T: huitong_kernel::Named>(
    id: &str,
    find: impl FnOnce(Id<T>) -> Result<Option<(String, Option<&'static str>)>>,
) -> Result<Option<Described>> {
    let Some(parsed) = Id::parse(id) else { return Ok(None) };
    let found = find(parsed)?;
    Ok(found.map(|(text, page)| Described { text, href: page.map(|page| format!("{page}{id}")) }))
}
