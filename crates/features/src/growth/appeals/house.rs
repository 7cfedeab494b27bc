//! What appeals hand to the house: acts, routes, jobs, notices, files, and how the journal names a case.

use std::borrow::Cow;

use huitong_kernel::capability::{Capability, Run, Work};
use huitong_kernel::http::Call;
use huitong_kernel::pack::{self, LimitWord, Need, Needed, Vocabulary, Words, words};
use huitong_kernel::rights::Scope;
use huitong_kernel::{Result, Tx};

use super::matter::{EFFECTS, GUARDS, MARKS};
use super::model::Appeal;
use super::{
    PROCEDURE, api, desk, facts, learning, notices, policy, public, queue, sentences, store, subject,
    timeline, view,
};
use crate::base::attachments::{Attachment, Owner, Reading};
use crate::base::journal::Kind;
use crate::base::matters::{self, KEYS, Matter};
use crate::base::notices::Teller;
use crate::base::places::{self, Heading, Place, Side, place, under};

/// Acts with their Chinese names.
pub const ACT_NAMES: &[(&str, &str)] = &[
    ("appeal.submit", "提交诉求"),
    ("appeal.register", "代录诉求"),
    ("appeal.verify", "核验身份"),
    ("appeal.accept", "受理"),
    ("appeal.decline", "不予受理"),
    ("appeal.classify", "分类"),
    ("appeal.dispatch", "派单、转办"),
    ("appeal.proposals", "查看派单建议"),
    ("appeal.assign", "分办"),
    ("appeal.sign", "签收"),
    ("appeal.contact", "联系诉求人"),
    ("appeal.note", "记录办理情况"),
    ("appeal.reply", "答复"),
    ("appeal.review", "审核答复"),
    ("appeal.send", "发出答复"),
    ("appeal.judge", "评价"),
    ("appeal.withdraw", "撤回"),
    ("appeal.track", "凭编号和查询码查进度"),
    ("appeal.list", "查看诉求列表"),
    ("appeal.view", "查看诉求"),
    ("appeal.view_identity", "查看诉求人的身份"),
    ("appeal.close", "期满自动办结"),
    ("appeal.overdue", "时限已过"),
    ("appeal.recount", "时限重新计算"),
    ("desk.view", "进入工作台"),
];

/// What the acts read from forms, whatever else these ask for.
fn needs() -> Vec<Need> {
    let fields = [
        ("appeal_submit.kind", "提交诉求"),
        ("appeal_submit.title", "提交诉求"),
        ("appeal_submit.text", "提交诉求"),
        ("appeal_submit.disclosure", "提交诉求"),
        ("appeal_submit.contact_name", "提交诉求"),
        ("appeal_submit.contact_phone", "提交诉求"),
        ("appeal_register.source", "代录诉求"),
        ("appeal_register.source_number", "代录诉求"),
        ("appeal_register.kind", "代录诉求"),
        ("appeal_register.title", "代录诉求"),
        ("appeal_register.text", "代录诉求"),
        ("appeal_classify.kind", "分类"),
        ("appeal_classify.category", "分类"),
        ("appeal_dispatch.unit", "派单"),
        ("appeal_assign.handler", "分办"),
        ("appeal_contact.reason", "联系诉求人"),
        ("appeal_contact.result", "联系诉求人"),
        ("appeal_note.text", "记录办理情况"),
        ("appeal_reply.text", "起草答复"),
        ("appeal_reply.outcome", "起草答复"),
        ("appeal_review.outcome", "审核答复"),
        ("appeal_review.opinion", "审核答复"),
        ("appeal_judge.solved", "评价"),
        ("appeal_judge.satisfied", "评价"),
    ];
    [
        pack::needs(Needed::Field, &fields),
        pack::needs(Needed::LinkKind, &[("industry_department_main", "提交诉求时说明由谁答复")]),
    ]
    .concat()
}

/// What the definition of appeals may use of the code.
fn definition() -> Words {
    let placeholders =
        words(matters::sentences::PLACEHOLDERS).into_iter().chain(words(sentences::PLACEHOLDERS));
    Words {
        entries: false,
        derived: None,
        key: Some(PROCEDURE),
        facts: facts::declared(),
        guards: words(GUARDS),
        effects: words(EFFECTS),
        marks: words(MARKS),
        recipients: words(matters::RECIPIENTS),
        placeholders: placeholders.collect(),
        lengths: vec![LimitWord { word: "按诉求类型", fact: "kind", length: policy::ANSWER }],
        column: None,
    }
}

/// What this capability hands to the house.
pub fn capability() -> Capability {
    let vocabulary = Vocabulary {
        needs: needs(),
        parts: vec![policy::READER],
        questions: vec![policy::DISPATCH],
        acts: words(ACT_NAMES).into_iter().chain(words(learning::ACTS)).collect(),
        procedures: vec![definition()],
        ..Vocabulary::default()
    };
    let mut routes = api::routes();
    routes.extend(desk::routes());
    routes.extend(public::routes());
    routes.extend(learning::routes());
    let capability = Capability {
        name: "appeals",
        vocabulary,
        routes,
        jobs: vec![Work { kind: Appeal::DUE_JOB, run: Run::Act(matters::due::<Appeal>) }, learning::WORK],
        followers: vec![learning::FOLLOWER],
        memories: learning::MEMORIES.to_vec(),
        ..Capability::default()
    }
    .hands(Kind::new(subject::AppealSubject))
    .hands(Kind::new(learning::ModelSubject))
    .hands(learning::place())
    .hands(FILES)
    .hands(TELLER)
    .hands(under(Heading::of(10, "appeals", "诉求"), &["appeal", "dispatch_model"]))
    .hands(under(places::DESK, &["desk", "queue"]));
    places().into_iter().fold(capability, Capability::hands)
}

/// Where one goes for cases, in the order of the navigation.
fn places() -> [Place; 7] {
    [
        place("/", "首页", "首页", "home", "association.view").at(Side::Public, 10),
        place("/desk", "工作台", "工作台", "home", "desk.view").at(Side::Inside, 10).at(Side::Outside, 10),
        place("/appeals", "诉求工单", "诉求", "inbox", "appeal.list").at(Side::Inside, 20).counted(waiting),
        place("/my/appeals", "我的诉求", "诉求", "inbox", "appeal.list").at(Side::Outside, 20),
        place("/appeals/new", "提交诉求", "提交", "message-2", "appeal.submit")
            .at(Side::Outside, 30)
            .at(Side::Public, 30)
            .by_post()
            .entrance(10, "代表本协会、本企业提交"),
        place("/appeals/register", "代录诉求", "代录", "message-2", "appeal.register")
            .entrance(20, "录入来电、来访、来信反映的诉求"),
        place("/track", "查办理进度", "进度", "search", "appeal.track").at(Side::Public, 40),
    ]
}

/// How many cases wait for this reader in queues that are theirs to work through: the pill in the navigation.
fn waiting(tx: &Tx, _: &Place) -> Result<i64> {
    let ctx = tx.ctx();
    if ctx.may("appeal.list").is_none() {
        return Ok(0);
    }
    let duties = queue::of_reader(ctx, ctx.pack()?).into_iter().filter(|queue| queue.duty);
    duties.map(|queue| queue::count(tx, queue)).sum()
}

/// Whom acts on a case are told to.
const TELLER: Teller = Teller { subject_kind: Cow::Borrowed("appeal"), recipients: notices::recipients };

/// Files of a case: for who may see the case, and for whoever holds number and code; those of a confidential one only
/// for its complainant and those who may look behind the mask, because a picture may show who they are.
const FILES: Owner = Owner { subject_kind: Cow::Borrowed("appeal"), may_read };

fn may_read(c: &Call, file: &Attachment) -> Result<Reading> {
    c.read(|tx| {
        let Some(appeal) = store::find(tx, &Scope::all(), &file.subject)? else {
            return Ok(Reading::No);
        };
        let steps = matters::steps(tx, &appeal.id)?;
        let right = c.ctx.may("appeal.view").map(|r| r.scope(&KEYS));
        let reaches = right.is_some_and(|scope| scope.admits(&|column| appeal.spine.key(column)));
        let first = steps.iter().find(|s| s.state_before.is_empty());
        let brought_in = file.step.as_deref() == first.map(|s| s.id.as_str());
        let inside = view::inside(&c.ctx, &appeal);
        let may = match (reaches, inside) {
            (false, _) => false,
            (true, true) => !brought_in || view::files_are_shown(&c.ctx, &appeal),
            (true, false) => !file.internal && timeline::may_read_file(&steps, &appeal, file.step.as_deref()),
        };
        Ok(match (may, inside) {
            (false, _) => Reading::No,
            (true, false) if appeal.confidential() => Reading::Unnamed,
            (true, _) => Reading::Named,
        })
    })
}
