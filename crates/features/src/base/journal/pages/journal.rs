//! 操作日志: entries under a filter, and one entry with what was before and after.

use askama::Template;
use huitong_kernel::clock::{DAY, instant, minute_text, second_text};
use huitong_kernel::http::page::{Change, Choice, Fact, Shell};
use huitong_kernel::http::{Call, Reply};
use huitong_kernel::journal::{self, Entry, Filter, From, Kept};
use huitong_kernel::pack::Definition;
use huitong_kernel::{Error, Id, OrMissing, Result, Tx};
use jiff::civil::Date;

use crate::base::identity;
use crate::base::journal::reading::{self, NOBODY, Read, actor_name};
use crate::base::journal::subjects::{self, Described, Kind};

/// Entries on one page.
const PAGE: i64 = 30;

/// An entry with its names.
pub struct Named {
    pub kept: Kept,
    pub time: String,
    pub actor: String,
    pub role: String,
    pub office: String,
    pub act: String,
    pub kind: String,
    pub subject: Described,
    /// The first things it changed, in words; the entry's own page has them all.
    pub gist: Vec<Change>,
}

/// Changes that a list has room for.
const GIST: usize = 2;

/// Names everything in an entry that is an id.
pub fn named(tx: &Tx, mut kept: Kept) -> Result<Named> {
    let roles = tx.ctx().roles();
    let subject = subjects::subject(tx, &kept.subject_kind);
    subjects::veil(tx, &mut kept)?;
    Ok(Named {
        time: minute_text(kept.at),
        actor: actor_name(tx, &kept.actor)?,
        role: roles.get(&kept.role).map_or_else(|| kept.role.clone(), |r| r.title.clone()),
        office: if kept.office.is_empty() { String::new() } else { subjects::office_name(tx, &kept.office)? },
        act: roles.act_label(&kept.act).to_owned(),
        kind: subject.as_ref().map_or_else(|| kept.subject_kind.clone(), |s| s.label().to_owned()),
        gist: reading::read(tx, subject.as_ref(), &kept).changes.into_iter().take(GIST).collect(),
        subject: subjects::describe(tx, &kept)?,
        kept,
    })
}

/// What a reader typed as actor: a login, a name that only one has, 系统, 公众, 命令行, or the id itself.
pub fn actor_key(tx: &Tx, typed: &str) -> Result<String> {
    if let Some((key, _)) = NOBODY.iter().find(|(key, word)| *word == typed || *key == typed) {
        return Ok((*key).to_owned());
    }
    if let Some(account) = identity::by_login(tx, typed)? {
        return Ok(account.id.to_string());
    }
    let mut called = identity::by_name(tx, typed)?;
    match (called.pop(), called.as_slice()) {
        (None, _) => Ok(typed.to_owned()),
        (Some(account), []) => Ok(account.id.to_string()),
        (Some(last), others) => {
            let logins: Vec<&str> = others.iter().chain([&last]).map(|a| a.login.as_str()).collect();
            let message = format!("有 {} 人叫“{typed}”，请写用户名：{}", logins.len(), logins.join("、"));
            Err(Error::invalid("actor", message))
        }
    }
}

/// What a reader typed as subject: the number, code or name of a row, or its id.
pub fn subject_key(tx: &Tx, typed: &str) -> Result<String> {
    for subject in tx.ctx().policy.of_every_kind::<Kind>() {
        if let Some(id) = subject.find(tx, typed)? {
            return Ok(id);
        }
    }
    Ok(typed.to_owned())
}

/// Reads the filter of the page and of the interface alike.
pub fn filter(c: &Call, tx: &Tx) -> Result<Filter> {
    let day = |name: &'static str| c.query(name).map(|text| day(name, text)).transpose();
    let start = |day: Date| instant(day.to_datetime(jiff::civil::time(0, 0, 0, 0)));
    let actor = c.query("actor").map(|typed| actor_key(tx, typed)).transpose()?;
    Ok(Filter {
        act: c.query("act").map(str::to_owned),
        subject: c.query("subject").map(|typed| subject_key(tx, typed)).transpose()?,
        from: day("from")?.map(start),
        before: day("until")?.map(|last| start(last) + DAY),
        without: actor.as_deref().map_or(Ok(Vec::new()), |account| subjects::veiled(tx, account))?,
        actor,
    })
}

fn day(name: &str, text: &str) -> Result<Date> {
    let wrong = |_| Error::invalid(name, format!("“{text}”不是日期，请写成 2025-03-14 这样"));
    text.parse().map_err(wrong)
}

/// Where reading goes on: behind the entry that the address names, else at the newest.
pub fn place(c: &Call, name: &str) -> Result<From> {
    let wrong = || Error::invalid(name, "续读的位置不对，请从第一页重新开始");
    let last = c.query(name).map(|text| Id::<Entry>::parse(text).ok_or_else(wrong)).transpose()?;
    Ok(last.map_or(From::Newest(0), From::After))
}

#[derive(Template)]
#[template(path = "base/journal/pages/journal.html")]
struct ListPage {
    shell: Shell,
    acts: Vec<Choice>,
    actor: String,
    subject: String,
    from: String,
    until: String,
    open: bool,
    rows: Vec<Named>,
    total: i64,
    next: Option<String>,
    newest: Option<String>,
}

pub fn list(c: &Call) -> Result<Reply> {
    let after = place(c, "after")?;
    let (total, mut rows) = c.read(|tx| {
        let filter = filter(c, tx)?;
        let entries = journal::list(tx, &filter, &after, PAGE + 1)?;
        let rows = entries.into_iter().map(|e| named(tx, e)).collect::<Result<Vec<_>>>()?;
        Ok((journal::count(tx, &filter)?, rows))
    })?;
    let more = rows.len() > usize::try_from(PAGE).unwrap_or(0);
    rows.truncate(usize::try_from(PAGE).unwrap_or(0));
    let last = rows.last().filter(|_| more).map(|row| row.kept.id.to_string());
    let asked = |name: &str| c.query(name).unwrap_or_default().to_owned();
    let own = c.ctx.policy.house.vocabulary.acts.iter().map(|act| (act.key.to_owned(), act.label.to_owned()));
    let defined =
        c.ctx.pack()?.definitions.iter().filter(|of| of.stands_alone()).flat_map(Definition::rights);
    let acts = own.chain(defined).map(|(value, label)| Choice {
        checked: c.query("act") == Some(value.as_str()),
        value,
        label,
        ..Choice::default()
    });
    let mut shell = c.shell("操作日志")?;
    shell.lead = String::from("谁在什么时候以什么身份做了什么，一条不少");
    c.page(&ListPage {
        shell,
        acts: acts.collect(),
        actor: asked("actor"),
        subject: asked("subject"),
        from: asked("from"),
        until: asked("until"),
        open: ["act", "actor", "subject", "from", "until"].iter().any(|name| c.query(name).is_some()),
        rows,
        total,
        next: last.map(|id| format!("/admin/journal{}", c.queries().with("after", &id))),
        newest: matches!(after, From::After(_))
            .then(|| format!("/admin/journal{}", c.queries().with("after", ""))),
    })
}

#[derive(Template)]
#[template(path = "base/journal/pages/entry.html")]
struct EntryPage {
    shell: Shell,
    row: Named,
    head: Vec<Fact>,
    changes: Vec<Change>,
    facts: Vec<Fact>,
    /// The body as the digest covers it, for who checks that by hand.
    raw: String,
}

pub fn entry(c: &Call) -> Result<Reply> {
    let id: Id<Entry> = c.id("id")?;
    let (row, behalf, Read { changes, facts }) = c.read(|tx| {
        let row = named(tx, journal::find(tx, &id)?.or_missing()?)?;
        let subject = subjects::subject(tx, &row.kept.subject_kind);
        let read = reading::read(tx, subject.as_ref(), &row.kept);
        let behalf = subjects::office_name(tx, &row.kept.behalf)?;
        Ok((row, behalf, read))
    })?;
    let fact = |label: &str, value: String| Fact { label: label.to_owned(), value, ..Fact::default() };
    let head = vec![
        fact("序号", row.kept.position.map_or_else(|| String::from("待编号"), |p| p.to_string())),
        fact("时间", second_text(row.kept.at)),
        fact("操作人", row.actor.clone()),
        fact("身份", [row.office.as_str(), row.role.as_str()].join(" ").trim().to_owned()),
        fact("代表", behalf),
        fact("对象", format!("{} {}", row.kind, row.subject.text)),
        fact("请求", row.kept.request.clone()),
        fact("规则版本", row.kept.pack.clone()),
    ];
    let raw = serde_json::to_string_pretty(&row.kept.body)?;
    c.page(&EntryPage { shell: c.shell(&row.act)?, changes, facts, raw, head, row })
}
