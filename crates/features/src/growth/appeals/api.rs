//! The JSON interface: the same acts and the same views as the pages.

use huitong_kernel::http::{Call, Filled, GET, POST, Param, Rate, Reply, Route, api, list_of, schema};
use huitong_kernel::list::Asked;
use huitong_kernel::{Error, OrMissing, Result};
use serde::Serialize;
use utoipa::ToSchema;

use super::case::{self, pack_of};
use super::model::{Appeal, AppealId};
use super::number::Keys;
use super::proposals::Proposals;
use super::submit::{self, Receipt};
use super::view::{self, AppealRow, AppealView};
use super::{acts, proposals, queue, store, timeline};
use crate::base::matters::{ActDone, ClockView, Input, KEYS, Line, Offer, Rules, guards, input};

/// What the public form answers.
#[derive(Debug, Serialize, ToSchema)]
struct Submitted {
    /// Id.
    id: String,
    /// Number to keep.
    number: String,
    /// Code to keep with the number; told once.
    tracking_code: String,
    /// When it will be accepted or declined at the latest; none for a lead without a name.
    due_at: Option<String>,
    /// Journal leaf of the submission.
    leaf: String,
}

/// Progress of a case, for who holds its number and code.
#[derive(Debug, Serialize, ToSchema)]
pub struct Progress {
    /// Number.
    number: String,
    /// State of the flow.
    state: String,
    /// The state in the words of the public.
    state_label: String,
    /// Kind.
    kind: String,
    /// One line.
    title: String,
    /// When it came in.
    submitted_at: String,
    /// What was promised next.
    due_at: Option<String>,
    /// The unit that answers.
    unit_name: String,
    /// Steps shown to the public.
    steps: Vec<Line>,
    /// Limits that were promised, with their arithmetic.
    clocks: Vec<ClockView>,
    /// The answer, once sent.
    reply: String,
    /// What can be done with number and code now.
    acts: Vec<Offer>,
}

const CODE: &[Param] =
    &[Param::header("X-Tracking-Code", "查询码"), Param::query("code", "查询码，与请求头二选一；日志不记录")];

const LIST: &[Param] = &[
    Param::query("queue", "队列的代码，见政策包"),
    Param::query("q", "标题、单位名称里的词，或者编号、来源编号"),
    Param::query("number", "诉求编号"),
    Param::query("state", "办理状态"),
    Param::query("kind", "诉求类型"),
    Param::query("category", "诉求分类"),
    Param::query("unit", "承办单位"),
    Param::query("no_unit", "1：还没有承办单位的；0：已经有的"),
    Param::query("source", "受理渠道"),
    Param::query("since", "提交不早于"),
    Param::query("until", "提交不晚于"),
    Param::query("sort", "due_at submitted_at updated_at，倒序加减号"),
    Param::query("page", "页码，从 1 起"),
    Param::query("page_size", "每页条数，最多 100"),
    Param::query("next", "续读的位置，由上一页给出"),
];

macro_rules! acts_on_a_case {
    ($($key:literal $summary:literal),* $(,)?) => {
        [$(api(POST, concat!("/api/v1/appeals/{id}/", $key), concat!("appeal.", $key), act)
            .on_both().form(concat!("appeal_", $key)).uploads().answers(schema::<ActDone>).summary($summary)),*]
    };
}

/// Rows of the route table.
pub fn routes() -> Vec<Route> {
    let mut routes = vec![
        api(POST, "/api/v1/appeals", "appeal.submit", create)
            .public()
            .form("appeal_submit")
            .defaults(&[("disclosure", "named")])
            .uploads()
            .rate(Rate::Submit)
            .creates()
            .answers(schema::<Submitted>)
            .summary("提交诉求；不登录即公众提交"),
        api(POST, "/api/v1/appeals/register", "appeal.register", register)
            .form("appeal_register")
            .uploads()
            .creates()
            .answers(schema::<Submitted>)
            .summary("代录诉求，带来源编号"),
        api(GET, "/api/v1/appeals", "appeal.list", list)
            .on_both()
            .params(LIST)
            .answers(list_of::<AppealRow>)
            .summary("诉求列表，只含看得到的"),
        api(GET, "/api/v1/appeals/{id}", "appeal.view", show)
            .on_both()
            .answers(schema::<AppealView>)
            .summary("一件诉求"),
        api(GET, "/api/v1/appeals/{id}/acts", "appeal.view", offered)
            .on_both()
            .answers(offers_schema)
            .summary("现在能对它做什么，不能做的差什么"),
        api(GET, "/api/v1/appeals/{id}/proposals", "appeal.proposals", proposed)
            .answers(schema::<Proposals>)
            .summary("建议派给谁：派单目录、责任关系、诉求文字，和相近的诉求"),
        api(GET, "/api/v1/track/{number}", "appeal.track", track)
            .public()
            .rate(Rate::Track)
            .params(CODE)
            .answers(schema::<Progress>)
            .summary("凭编号和查询码查进度"),
        api(POST, "/api/v1/track/{number}/judge", "appeal.judge", track_act)
            .public()
            .rate(Rate::Track)
            .params(CODE)
            .form("appeal_judge")
            .answers(schema::<ActDone>)
            .summary("凭编号和查询码评价"),
        api(POST, "/api/v1/track/{number}/withdraw", "appeal.withdraw", track_act)
            .public()
            .rate(Rate::Track)
            .params(CODE)
            .form("appeal_withdraw")
            .answers(schema::<ActDone>)
            .summary("凭编号和查询码撤回"),
    ];
    routes.extend(acts_on_a_case![
        "verify" "核验身份", "accept" "受理", "decline" "不予受理", "classify" "分类", "dispatch" "派单、转办",
        "sign" "签收", "assign" "分办", "contact" "联系诉求人", "note" "记录办理情况", "reply" "起草答复",
        "review" "审核答复", "send" "发出答复", "judge" "评价", "withdraw" "撤回",
    ]);
    routes
}

fn offers_schema(schemas: &mut huitong_kernel::http::Schemas) -> serde_json::Value {
    serde_json::json!({"type": "array", "items": schema::<Offer>(schemas)})
}

fn create(c: &Call) -> Result<Reply> {
    let input = input(c)?;
    c.json_reply(&submitted(c.write(|tx| submit::submit(tx, &input))?))
}

fn register(c: &Call) -> Result<Reply> {
    let input = input(c)?;
    c.json_reply(&submitted(c.write(|tx| submit::register(tx, &input, None))?))
}

fn submitted(receipt: Receipt) -> Submitted {
    let Receipt { id, number, tracking_code, due_at, leaf } = receipt;
    Submitted { id, number, tracking_code, due_at: due_at.map(huitong_kernel::clock::rfc3339), leaf }
}

fn list(c: &Call) -> Result<Reply> {
    let asked = Asked::read_strict(&queue::APPEALS, c.queries(), &["queue"])?;
    let pack = c.ctx.pack()?;
    let queue = match c.query("queue") {
        None => None,
        Some(key) => {
            let mine = queue::of_reader(&c.ctx, pack).into_iter().find(|q| q.key == key);
            Some(mine.ok_or_else(|| Error::invalid("queue", format!("您没有名为“{key}”的队列")))?)
        }
    };
    let sorted = c.query("sort").is_some();
    c.json_reply(&c.read(|tx| queue::page(tx, pack, queue, &asked, sorted))?)
}

/// A case within the reader's reach, or nothing.
pub fn found(c: &Call, tx: &huitong_kernel::Tx) -> Result<Appeal> {
    let id: AppealId = c.id("id")?;
    let scope = c.ctx.right("appeal.view")?.scope(&KEYS);
    store::find(tx, &scope, id.as_str())?.or_missing()
}

fn show(c: &Call) -> Result<Reply> {
    c.json_reply(&c.read(|tx| {
        let appeal = found(c, tx)?;
        view::full(tx, Rules::of(&c.ctx, &appeal.spine)?, &appeal)
    })?)
}

fn offered(c: &Call) -> Result<Reply> {
    c.json_reply(&c.read(|tx| {
        let appeal = found(c, tx)?;
        guards::offers(tx, Rules::of(&c.ctx, &appeal.spine)?, &appeal)
    })?)
}

fn proposed(c: &Call) -> Result<Reply> {
    c.json_reply(&c.read(|tx| {
        let appeal = found(c, tx)?;
        let found = proposals::for_reader(tx, pack_of(&c.ctx, &appeal)?, &appeal)?;
        found.ok_or_else(|| Error::denied("这件诉求不在您的办理范围内，您可以查看，不能派单"))
    })?)
}

fn act(c: &Call) -> Result<Reply> {
    let id: AppealId = c.id("id")?;
    let key = c.route.act.rsplit('.').next().unwrap_or_default();
    let input = input(c)?;
    c.json_reply(&ActDone::of(c.write(|tx| acts::act(tx, &id, key, &input))?))
}

/// The code that came with the request, by header or query.
fn code(c: &Call) -> &str {
    c.header("x-tracking-code").or(c.query("code")).unwrap_or_default()
}

fn track(c: &Call) -> Result<Reply> {
    c.json_reply(&c.read(|tx| progress(tx, c.param("number"), code(c)))?)
}

/// Progress of the case that number and code open.
pub fn progress(tx: &huitong_kernel::Tx, number: &str, code: &str) -> Result<Progress> {
    let appeal = case::tracked(tx, &Keys::read(number, code))?;
    let rules = Rules::of(tx.ctx(), &appeal.spine)?;
    let seen = view::full(tx, rules, &appeal)?;
    let reply = if appeal.answered_at.is_some() { timeline::reply_text(tx, &appeal)? } else { String::new() };
    Ok(Progress {
        number: seen.row.number,
        state: seen.row.state,
        state_label: seen.row.state_label,
        kind: seen.row.kind,
        title: seen.row.title,
        submitted_at: seen.row.submitted_at,
        due_at: seen.row.due_at,
        unit_name: seen.row.unit_name,
        steps: seen.timeline,
        clocks: seen.clocks,
        reply,
        acts: case::tracked_offers(tx.ctx(), rules, &appeal),
    })
}

fn track_act(c: &Call) -> Result<Reply> {
    let filled: Filled = c.filled()?.clone();
    let (input, number) = (Input { filled, files: Vec::new() }, c.param("number"));
    let act = c.route.act.rsplit('.').next().unwrap_or_default();
    c.json_reply(&ActDone::of(c.write(|tx| case::act_tracked(tx, (number, code(c)), act, &input))?))
}
