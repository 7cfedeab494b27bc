//! The same question for programs: `GET /api/v1/responsibility`.

use huitong_kernel::clock::civil_date;
use huitong_kernel::http::{Call, Param, Reply};
use huitong_kernel::{Error, OrMissing, Result};
use serde::Serialize;
use utoipa::ToSchema;

use super::model::{Answer, Responsible};
use super::{lookup, pages, relation};

/// Parameters of the operation.
pub(super) const PARAMS: &[Param] = &[
    Param::query("association", "协会的编号或者统一社会信用代码"),
    Param::query("duty", "责任事项代码，如 DI-04"),
    Param::query("on", "日期，如 2025-03-14；不写就是今天"),
];

/// Who answers, or what is missing.
#[derive(Serialize, ToSchema)]
pub(super) struct Responsibility {
    /// 协会
    association: BodyRef,
    /// 责任事项
    duty: DutyView,
    /// 哪一天
    on: String,
    /// 由谁承担；无人承担时为空
    answer: Option<AnswerView>,
    /// 缺什么；有人承担时为空
    gap: Option<GapView>,
    /// 协同单位
    also: Vec<AnswerView>,
}

#[derive(Serialize, ToSchema)]
struct BodyRef {
    /// 编号
    id: String,
    /// 名称
    name: String,
}

#[derive(Serialize, ToSchema)]
struct DutyView {
    /// 代码
    code: String,
    /// 责任事项
    title: String,
    /// 责任方
    party: String,
    /// 依据
    basis: String,
    /// 依据的性质：有依据、公开报道、待核实、系统默认
    standing: String,
}

#[derive(Serialize, ToSchema)]
struct AnswerView {
    /// 单位
    unit: BodyRef,
    /// 以什么身份承担
    link: String,
    /// 来源文件
    paper: String,
    /// 自何时起；对全市协会一并承担的为空
    since: Option<String>,
}

#[derive(Serialize, ToSchema)]
struct GapView {
    /// unsettled 待明确，not_held 按管理类型不设
    kind: &'static str,
    /// 缺什么
    words: String,
}

fn view(r: &Responsible) -> AnswerView {
    AnswerView {
        unit: BodyRef { id: r.unit.to_string(), name: r.unit_name.clone() },
        link: r.link_title.clone(),
        paper: r.paper.clone(),
        since: r.since.map(|day| day.to_string()),
    }
}

pub(super) fn responsibility(c: &Call) -> Result<Reply> {
    let asked = |name: &str, missing: &str| c.query(name).ok_or_else(|| Error::invalid(name, missing));
    let key = asked("association", "请写明协会的编号或者统一社会信用代码")?;
    let code = asked("duty", "请写明责任事项代码，如 DI-04")?;
    let on = c.query("on").map_or_else(|| Ok(civil_date(c.ctx.now)), pages::day)?;
    let found = c.read(|tx| {
        let association = lookup::by_key(tx, key)?.or_missing()?;
        let answer = relation::answers(tx, &association.id, code, on)?;
        let pack = tx.ctx().pack()?;
        let duty = pack.duties.iter().find(|d| d.code == code).or_missing()?;
        Ok(Responsibility {
            association: BodyRef { id: association.id.to_string(), name: association.name },
            duty: DutyView {
                code: duty.code.clone(),
                title: duty.title.clone(),
                party: pack.unit_kind(&duty.party).map_or_else(String::new, |k| k.name.clone()),
                basis: duty.source.basis.clone(),
                standing: duty.source.standing().to_owned(),
            },
            on: on.to_string(),
            also: answer.also().iter().map(view).collect(),
            gap: match &answer {
                Answer::Gap { gap, .. } => Some(GapView { kind: gap.kind.key(), words: gap.words.clone() }),
                Answer::Unit { .. } => None,
            },
            answer: answer.unit().map(view),
        })
    })?;
    c.json_reply(&found)
}
