//! Appeals as the engine of matters sees them: their columns, and the three things that only code can do.

use huitong_kernel::counters::{Keys, Tally};
use huitong_kernel::pack::Definition;
use huitong_kernel::rights::Scope;
use huitong_kernel::{Ctx, Error, Result, Row, Tx};
use serde_json::Value as Json;

use super::case::journal_view;
use super::model::Appeal;
use super::{counts, learning, policy, rules, sentences, store, timeline};
use crate::base::matters::sentences::Facts as Words;
use crate::base::matters::{Case, Matter, Note, Rules, Spine, Step};
use crate::base::units::Unit;

/// What acts may remember of an appeal: the columns it has for that.
pub const MARKS: &[(&str, &str)] = &[
    ("accepted_at", "受理或者不予受理的时间"),
    ("dispatched_at", "派单时间"),
    ("signed_at", "签收时间"),
    ("contacted_at", "首次联系时间"),
    ("replied_at", "起草答复时间"),
    ("answered_at", "发出答复时间"),
    ("replied_by", "起草答复的人"),
    ("review_approved", "答复已审核同意"),
];

/// What only code can do beside an act.
pub const EFFECTS: &[(&str, &str)] = &[
    ("appeal.vouch", "让所代表的协会、企业可以跟踪这件诉求"),
    ("appeal.propose_first", "首次派单时记下文字研判首先建议的单位"),
];

/// What only code can check.
pub const GUARDS: &[(&str, &str)] = &[
    ("appeal.complete", "必填内容已填写完整"),
    ("appeal.not_complained_of", "办理人不在被反映的单位或者协会任职"),
];

impl Matter for Appeal {
    type Work = ();
    const TALLY: &'static Tally = &counts::TALLY;
    const DUE_JOB: &'static str = "appeal.due";
    const OWNED: bool = true;

    fn keys(&self) -> Keys<'_> {
        counts::keys(self)
    }

    fn spine(&self) -> &Spine {
        &self.spine
    }

    fn spine_mut(&mut self) -> &mut Spine {
        &mut self.spine
    }

    fn read(row: Row) -> Result<Appeal> {
        Appeal::read(row)
    }

    fn find(tx: &Tx, scope: &Scope, id: &str) -> Result<Option<Appeal>> {
        store::find(tx, scope, id)
    }

    fn update(&self, tx: &Tx, _: &Definition) -> Result<()> {
        store::update(tx, self)
    }

    fn insert(tx: &Tx, appeals: &[&Appeal], _: &Definition) -> Result<()> {
        store::insert(tx, appeals)
    }

    /// Of what forms say, an appeal has columns for these; all else stays with its step.
    fn keep(case: &mut Case<'_, '_, Appeal>) -> Result<()> {
        let said = |field: &str| case.said.some(field).map(str::to_owned);
        let (kind, category) = (said("kind"), said("category"));
        let (solved, satisfied) = (said("solved"), said("satisfied"));
        let appeal = &mut case.matter;
        appeal.spine.kind = kind.unwrap_or_else(|| std::mem::take(&mut appeal.spine.kind));
        appeal.category = category.or(appeal.category.take());
        appeal.solved = solved.or(appeal.solved.take());
        appeal.satisfied = satisfied.or(appeal.satisfied.take());
        Ok(())
    }

    fn note(&mut self, name: &str, note: Note) -> Result<()> {
        match (name, note) {
            ("accepted_at", Note::At(at)) => self.accepted_at = Some(at),
            ("dispatched_at", Note::At(at)) => self.dispatched_at = Some(at),
            ("signed_at", Note::At(at)) => self.signed_at = Some(at),
            ("contacted_at", Note::At(at)) => self.contacted_at = Some(at),
            ("replied_at", Note::At(at)) => self.replied_at = Some(at),
            ("answered_at", Note::At(at)) => self.answered_at = Some(at),
            ("replied_by", Note::By(by)) => self.replied_by = by,
            ("review_approved", Note::Holds(holds)) => self.approved = holds,
            (name, _) => return Err(Error::internal(format!("an appeal has no column for {name}"))),
        }
        Ok(())
    }

    fn is_noted(&self, name: &str) -> bool {
        self.facts_noted(name)
    }

    fn forget(&mut self, field: &str) -> Result<()> {
        Err(Error::internal(format!("an appeal does not forget {field}")))
    }

    fn doer(&self, act: &str) -> Option<&str> {
        (act == timeline::REPLY).then_some(self.replied_by.as_deref()).flatten()
    }

    fn times(&self, _: &str) -> usize {
        0
    }

    fn count_act(&mut self, _: &str, _: &str) {}

    fn journal_view(&self, _: &Definition) -> Json {
        journal_view(self)
    }

    /// The complainant acts by number and code, or on a confidential case of their own.
    fn is_unnamed(&self, ctx: &Ctx, by_code: bool) -> bool {
        let me = ctx.user().map(|u| u.as_str());
        let own = me.is_some() && self.owner_user.as_deref() == me;
        by_code || (own && self.confidential())
    }

    fn cannot_be_given(&self, unit: &Unit) -> Option<String> {
        rules::cannot_be_given(unit, self)
    }

    fn holds(&self, ctx: &Ctx, check: &str) -> bool {
        match check {
            "appeal.complete" => rules::complete(self),
            "appeal.not_complained_of" => !rules::complained_of(ctx, self),
            _ => false,
        }
    }

    fn effect(case: &mut Case<'_, '_, Appeal>, name: &str) -> Result<()> {
        match name {
            "appeal.vouch" => case.matter.vouch(),
            "appeal.propose_first" if case.matter.dispatched_at.is_none() => {
                case.matter.proposed = learning::first(case.tx, &case.matter)?;
            }
            _ => {}
        }
        Ok(())
    }

    /// Nobody outside may read a blank of a reply template.
    fn checked(case: &Case<'_, '_, Appeal>) -> Result<()> {
        if !case.act.open_files {
            return Ok(());
        }
        let templates = &policy::of(case.rules.pack).templates;
        match rules::left_blank(templates, case.said("text")) {
            Some(blank) => {
                let message = format!("模板里的“{blank}”还没有改写，请写上实际内容或者删去");
                Err(Error::invalid("text", message))
            }
            None => Ok(()),
        }
    }

    fn clocks_stand(&mut self, due: &dyn Fn(&str) -> Option<i64>) {
        self.answer_due_at = due(policy::ANSWER);
    }

    fn sentence_facts(tx: &Tx, rules: Rules<'_>, appeal: &Appeal) -> Result<Words> {
        sentences::facts(tx, rules, appeal)
    }

    fn actor_of(&self, ctx: &Ctx, step: &Step) -> Option<String> {
        timeline::actor_of(ctx, self, step)
    }
}
