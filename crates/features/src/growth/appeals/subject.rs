//! A case as the journal names it: by number, never by who brought it in.

use huitong_kernel::journal::Kept;
use huitong_kernel::rights::Scope;
use huitong_kernel::{Result, Tx};

use super::{rules, store, wording};
use crate::base::identity::Holder;
use crate::base::journal::{self, Described, Explanation, Seen, Subject, UNNAMED};
use crate::base::matters::KEYS;

/// Cases.
pub struct AppealSubject;

impl Subject for AppealSubject {
    fn kind(&self) -> &str {
        "appeal"
    }

    fn label(&self) -> &str {
        "诉求"
    }

    fn describe(&self, tx: &Tx, id: &str) -> Result<Option<Described>> {
        let number = store::number_of(tx, id)?;
        // Auditors read the journal, not the cases: a link must not lead them to a closed door.
        let scope = tx.ctx().may("appeal.view").map(|right| right.scope(&KEYS));
        let open = match &scope {
            Some(scope) => store::find(tx, scope, id)?.is_some(),
            None => false,
        };
        Ok(number.map(|text| Described { text, href: open.then(|| format!("/appeals/{id}")) }))
    }

    fn find(&self, tx: &Tx, typed: &str) -> Result<Option<String>> {
        store::named(tx, typed.trim())
    }

    fn fields(&self) -> &'static [(&'static str, &'static str)] {
        &[
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
        ]
    }

    fn inner(&self, tx: &Tx, entry: &Kept, path: &str) -> Option<String> {
        wording::inner(tx, entry, path)
    }

    fn meaning(&self, tx: &Tx, entry: &Kept, path: &str, text: &str) -> Option<String> {
        wording::meaning(tx, entry, path, text)
    }

    fn seen(&self, tx: &Tx, id: &str) -> Result<Seen> {
        let Some(appeal) = store::find(tx, &Scope::all(), id)? else {
            return Ok(Seen::By(Vec::new()));
        };
        // Whoever asks who can see a case must not learn from the answer who brought it in.
        let secret = appeal.confidential() || rules::complained_of(tx.ctx(), &appeal);
        let bodies = [&appeal.owner_association, &appeal.owner_company];
        let theirs = |holder: &Holder| {
            appeal.owner_user.as_deref() == Some(holder.user.as_str())
                || bodies.iter().any(|body| body.as_deref() == Some(holder.office.as_str()))
        };
        let kept_out = |holder: &Holder| secret && theirs(holder);
        let value = |column: &str| appeal.spine.key(column);
        let mut lines = journal::by_roles(tx, "appeal.view", &KEYS, &value, &kept_out)?;
        if !appeal.anonymous() {
            // Whoever holds office where the case complains of never looks behind the mask, whatever the role.
            let kept_out = |h: &Holder| kept_out(h) || appeal.about.as_deref() == Some(h.office.as_str());
            let who = journal::by_roles(tx, "appeal.view_identity", &KEYS, &value, &kept_out)?;
            lines.extend(who.into_iter().map(|line| Explanation {
                reach: format!("{}，诉求人身份", line.reach),
                rule: format!("{}诉求人的姓名和电话，须选事由，每次都有记录", seen_by(&line.rule)),
                ..line
            }));
        }
        Ok(Seen::By(lines))
    }

    fn veil(&self, tx: &Tx, entry: &mut Kept) -> Result<()> {
        let appeal = store::find(tx, &Scope::all(), &entry.subject)?;
        // Whoever is complained of never learns by whom, not even from the journal.
        let Some(appeal) = appeal.filter(|a| rules::complained_of(tx.ctx(), a)) else { return Ok(()) };
        if appeal.owner_user.as_deref() == Some(entry.actor.as_str()) {
            UNNAMED.clone_into(&mut entry.actor);
            entry.role.clear();
            entry.office.clear();
        }
        entry.behalf.clear();
        Ok(())
    }

    fn veiled(&self, tx: &Tx, account: &str) -> Result<Vec<String>> {
        let offices: Vec<String> = tx.ctx().posts().iter().map(|post| post.office.clone()).collect();
        store::brought_in_against(tx, account, &offices)
    }
}

/// A rule on who may read a case, as the beginning of one on who may look at the person behind it.
fn seen_by(rule: &str) -> String {
    match rule.strip_suffix("可以看全市的记录").or(rule.strip_suffix("可以看")) {
        Some(who) => format!("{who}可以看"),
        None => format!("{rule}；分到以后可以看"),
    }
}
