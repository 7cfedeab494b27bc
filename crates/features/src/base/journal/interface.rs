//! The journal for programs: `GET /api/v1/journal`.

use huitong_kernel::city;
use huitong_kernel::clock::rfc3339;
use huitong_kernel::http::{Call, Param, Reply};
use huitong_kernel::journal::{self, From};
use huitong_kernel::{Error, Result};
use serde::Serialize;
use serde_json::json;
use utoipa::ToSchema;

use super::pages::journal::{Named, filter, named, place};

/// Parameters of the operation.
pub(super) const PARAMS: &[Param] = &[
    Param::query("act", "行为，如 appeal.sign"),
    Param::query("actor", "用户名、账户编号，或者 system、public、command-line"),
    Param::query("subject", "对象的编号"),
    Param::query("from", "自哪一天，如 2025-03-14"),
    Param::query("until", "至哪一天（含）"),
    Param::query("page", "第几页，从 1 起；页数多时用 next 续读"),
    Param::query("page_size", "每页条数，1–100，不写是 30"),
    Param::query("next", "上一页答复中的续读标记"),
];

/// What confirms an item of the pack.
#[derive(serde::Deserialize, ToSchema)]
pub(super) struct Confirm {
    /// 条目的编号，见政策包页面
    #[expect(dead_code, reason = "read field by field, described here")]
    item: String,
    /// 依据的文件
    #[expect(dead_code, reason = "read field by field, described here")]
    paper: String,
}

/// An item that is confirmed.
#[derive(Serialize, ToSchema)]
pub(super) struct Confirmed {
    /// 条目的编号
    item: String,
    /// 依据的文件
    paper: String,
}

/// `POST /api/v1/pack/confirm`.
pub(super) fn confirm(c: &Call) -> Result<Reply> {
    let filled = c.filled()?;
    let (item, paper) = (filled.get("item").to_owned(), filled.get("paper").to_owned());
    c.write(|tx| city::confirm(tx, &item, &paper))?;
    c.city.take_up()?;
    c.json_reply(&Confirmed { item, paper })
}

/// An entry of the journal.
#[derive(Serialize, ToSchema)]
pub(super) struct EntryView {
    /// 编号
    id: String,
    /// 序号；刚提交、还未编号的为空
    position: Option<i64>,
    /// 时间
    at: String,
    /// 行为
    act: String,
    /// 行为的中文名称
    act_label: String,
    /// 谁
    actor: String,
    /// 姓名
    actor_name: String,
    /// 角色
    role: String,
    /// 任职类型
    office: String,
    /// 代表谁
    behalf: String,
    /// 对象的种类
    subject_kind: String,
    /// 对象
    subject: String,
    /// 请求编号
    request: String,
    /// 政策包版本
    pack: String,
    /// 改前、改后和有关事实
    body: serde_json::Value,
    /// 校验值（SM3）
    leaf: String,
}

fn view(row: Named) -> EntryView {
    let kept = row.kept;
    EntryView {
        id: kept.id.to_string(),
        position: kept.position,
        at: rfc3339(kept.at),
        act: kept.act,
        act_label: row.act,
        actor: kept.actor,
        actor_name: row.actor,
        role: kept.role,
        office: kept.office,
        behalf: kept.behalf,
        subject_kind: kept.subject_kind,
        subject: kept.subject,
        request: kept.request,
        pack: kept.pack,
        body: kept.body,
        leaf: kept.leaf,
    }
}

fn number(c: &Call, name: &str, usual: i64, most: i64) -> Result<i64> {
    match c.query(name).map(str::parse) {
        None => Ok(usual),
        Some(Ok(n)) if (1..=most).contains(&n) => Ok(n),
        Some(_) => Err(Error::invalid(name, format!("{name} 须是 1 到 {most} 的整数"))),
    }
}

pub(super) fn list(c: &Call) -> Result<Reply> {
    let known = |name: &str| PARAMS.iter().any(|param| param.name == name);
    if let Some((name, _)) = c.queries().iter().find(|(name, _)| !known(name)) {
        let near = huitong_kernel::pack::did_you_mean(name, PARAMS.iter().map(|param| &*param.name));
        return Err(Error::invalid(name, format!("没有“{name}”这个查询参数。{near}")));
    }
    let (size, page) = (number(c, "page_size", 30, 100)?, number(c, "page", 1, 1_000)?);
    let from = match place(c, "next")? {
        From::Newest(_) => From::Newest((page - 1) * size),
        after => after,
    };
    let (total, mut rows) = c.read(|tx| {
        let filter = filter(c, tx)?;
        let entries = journal::list(tx, &filter, &from, size + 1)?;
        let rows = entries.into_iter().map(|e| named(tx, e)).collect::<Result<Vec<_>>>()?;
        Ok((journal::count(tx, &filter)?, rows))
    })?;
    let size = usize::try_from(size).unwrap_or(1);
    let more = rows.len() > size;
    rows.truncate(size);
    let next = rows.last().filter(|_| more).map(|row| row.kept.id.to_string());
    let items: Vec<EntryView> = rows.into_iter().map(view).collect();
    c.json_reply(&json!({"items": items, "total": total, "next": next}))
}
