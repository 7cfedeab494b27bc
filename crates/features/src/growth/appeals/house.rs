//! What appeals hand to the house: acts, routes, jobs, notices, files, and how the journal names a case.

use huitong_kernel::capability::{Capability, Run, Work};
use huitong_kernel::http::Call;
use huitong_kernel::journal::COMPLAINANT;
use huitong_kernel::pack::{self, Need, Needed, Vocabulary, words};
use huitong_kernel::rights::Scope;
use huitong_kernel::{Id, Result, Tx};

use super::{
    api, clocks, desk, facts, jobs, learning, model::Appeal, notices, public, queue, rules, store, timeline,
    view, wording,
};
use crate::base::attachments::{Attachment, Owner, Reading};
use crate::base::identity::Holder;
use crate::base::notices::Teller;
use crate::base::records::{self, Described, Seen, Subject};

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

/// What this capability hands to the house.
pub fn capability() -> Capability {
    let vocabulary = Vocabulary {
        needs: needs(),
        acts: words(ACT_NAMES).into_iter().chain(words(learning::ACTS)).collect(),
        facts: facts::declared(),
        guards: words(&[("complete", "必填内容已填写完整"), ("reviewer_is_not_author", "审核人不是起草人")]),
        recipients: words(&[
            ("complainant", "诉求人"),
            ("intake", "受理人员"),
            ("dispatched_unit", "派往的单位"),
            ("responsible_unit", "承办单位"),
            ("handler", "经办人"),
            ("leader", "承办单位负责人"),
        ]),
        placeholders: words(&[
            ("number", "诉求编号"),
            ("title", "诉求标题"),
            ("kind", "诉求类型"),
            ("category", "诉求分类"),
            ("complainant", "诉求人称呼"),
            ("actor", "办理人"),
            ("handler", "经办人"),
            ("unit", "承办单位"),
            ("to_unit", "派往的单位"),
            ("unit_phone", "承办单位电话"),
            ("reason", "理由"),
            ("outcome", "结果"),
            ("opinion", "意见"),
            ("verb", "步骤当时的说法"),
            ("due", "到期时间"),
            ("date", "当天日期"),
            ("submitted_on", "提交日期"),
        ]),
    };
    let mut routes = api::routes();
    routes.extend(desk::routes());
    routes.extend(public::routes());
    routes.extend(learning::routes());
    Capability {
        name: "appeals",
        vocabulary,
        routes,
        jobs: vec![Work { kind: clocks::DUE_JOB, run: Run::Act(jobs::due) }, learning::WORK],
        followers: vec![learning::FOLLOWER],
        memories: learning::MEMORIES.to_vec(),
        ..Capability::default()
    }
}

/// How many cases wait for this reader in queues that are theirs to work through: the pill in the navigation.
pub fn waiting(tx: &Tx) -> Result<i64> {
    let ctx = tx.ctx();
    if ctx.may("appeal.list").is_none() {
        return Ok(0);
    }
    let duties = queue::of_reader(ctx, ctx.pack()?).into_iter().filter(|queue| queue.duty);
    duties.map(|queue| queue::count(tx, queue)).sum()
}

/// A rule on who may read a case, as the beginning of one on who may look at the person behind it.
fn seen_by(rule: &str) -> String {
    match rule.strip_suffix("可以看全市的记录").or(rule.strip_suffix("可以看")) {
        Some(who) => format!("{who}可以看"),
        None => format!("{rule}；分到以后可以看"),
    }
}

/// Whom acts on a case are told to.
pub const TELLER: Teller = Teller { subject_kind: "appeal", recipients: notices::recipients };

/// Files of a case: for who may see the case, and for whoever holds number and code; those of a confidential one only
/// for its complainant and those who may look behind the mask, because a picture may show who they are.
pub const FILES: Owner = Owner { subject_kind: "appeal", may_read };

fn may_read(c: &Call, file: &Attachment) -> Result<Reading> {
    c.read(|tx| {
        let Some(appeal) = store::find(tx, &Scope::all(), &Id::stored(file.subject.clone()))? else {
            return Ok(Reading::No);
        };
        let steps = store::steps(tx, &appeal.id)?;
        let right = c.ctx.may("appeal.view").map(|r| r.scope(&store::KEYS));
        let reaches = right.is_some_and(|scope| scope.admits(&|column| store::key_of(&appeal, column)));
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

/// A case as the journal names it: by number, never by who brought it in.
pub const SUBJECT: Subject = Subject {
    kind: "appeal",
    label: "诉求",
    describe: |tx, id| {
        let number = store::number_of(tx, id)?;
        // Auditors read the journal, not the cases: a link must not lead them to a closed door.
        let scope = tx.ctx().may("appeal.view").map(|right| right.scope(&store::KEYS));
        let open = match &scope {
            Some(scope) => store::find(tx, scope, &Id::stored(id.to_owned()))?.is_some(),
            None => false,
        };
        Ok(number.map(|text| Described { text, href: open.then(|| format!("/appeals/{id}")) }))
    },
    find: |tx, typed| store::named(tx, typed.trim()),
    acts: ACT_NAMES,
    inner: wording::inner,
    meaning: wording::meaning,
    fields: &[
        ("state", "办理状态"),
        ("kind", "诉求类型"),
        ("category", "诉求分类"),
        ("verified", "已核验"),
        ("unit", "承办单位"),
        ("next_unit", "正转往"),
        ("proposed", "文字研判首先建议"),
        ("assignee", "经办人"),
        ("approved", "审核同意"),
        ("due_limit", "当前时限"),
        ("due_at", "到期时间"),
        ("answer_due_at", "答复期限"),
        ("solved", "是否解决"),
        ("satisfied", "是否满意"),
        ("number", "诉求编号"),
        ("outcome", "结果"),
        ("files", "附件"),
        ("source", "受理渠道"),
        ("text_sm3", "正文校验值"),
        ("reason", "事由"),
        ("limit", "时限"),
        ("import", "导入批次"),
        ("row", "行号"),
    ],
    seen: Seen::By(|tx, id| {
        let Some(appeal) = store::find(tx, &Scope::all(), &Id::<Appeal>::stored(id.to_owned()))? else {
            return Ok(Vec::new());
        };
        // Whoever asks who can see a case must not learn from the answer who brought it in.
        let secret = appeal.confidential() || rules::complained_of(tx.ctx(), &appeal);
        let bodies = [&appeal.owner_association, &appeal.owner_company];
        let theirs = |holder: &Holder| {
            appeal.submitter.as_deref() == Some(holder.user.as_str())
                || bodies.iter().any(|body| body.as_deref() == Some(holder.office.as_str()))
        };
        let kept_out = |holder: &Holder| secret && theirs(holder);
        let value = |column: &str| store::key_of(&appeal, column);
        let mut lines = records::by_roles(tx, "appeal.view", &store::KEYS, &value, &kept_out)?;
        if !appeal.anonymous() {
            // Whoever holds office where the case complains of never looks behind the mask, whatever the role.
            let kept_out = |h: &Holder| kept_out(h) || appeal.about.as_deref() == Some(h.office.as_str());
            let who = records::by_roles(tx, "appeal.view_identity", &store::KEYS, &value, &kept_out)?;
            lines.extend(who.into_iter().map(|line| records::Explanation {
                reach: format!("{}，诉求人身份", line.reach),
                rule: format!("{}诉求人的姓名和电话，须选事由，每次都有记录", seen_by(&line.rule)),
                ..line
            }));
        }
        Ok(lines)
    }),
    veil: |tx, entry| {
        let appeal = store::find(tx, &Scope::all(), &Id::stored(entry.subject.clone()))?;
        // Whoever is complained of never learns by whom, not even from the journal.
        let Some(appeal) = appeal.filter(|a| rules::complained_of(tx.ctx(), a)) else { return Ok(()) };
        if appeal.submitter.as_deref() == Some(entry.actor.as_str()) {
            COMPLAINANT.clone_into(&mut entry.actor);
            entry.role.clear();
            entry.office.clear();
        }
        entry.behalf.clear();
        Ok(())
    },
    veiled: |tx, account| {
        let offices: Vec<String> = tx.ctx().posts().iter().map(|post| post.office.clone()).collect();
        store::brought_in_against(tx, account, &offices)
    },
};
