//! What a kind of matter must be able to do, so that one engine serves all: those with a table of their own, and those without.

use huitong_kernel::condition::Facts;
use huitong_kernel::counters::{Keys, Tally};
use huitong_kernel::ctx::Post;
use huitong_kernel::journal::Record;
use huitong_kernel::pack::{Act, Definition, Pack};
use huitong_kernel::rights::{Right, Scope, SubjectKeys};
use huitong_kernel::{Ctx, Error, Result, Tx};
use jiff::civil::Date;
use serde_json::Value as Json;

use super::case::Case;
use super::entries::is_entry;
use super::sentences::{self, Facts as Words};
use super::spine::{Spine, Step};
use crate::base::units::Unit;

/// The columns that carry what rights look at; the same names in every table of matters.
pub const KEYS: SubjectKeys = SubjectKeys {
    units: &["unit", "next_unit"],
    assignee: Some("assignee"),
    owner_user: Some("owner_user"),
    owner_association: Some("owner_association"),
    owner_company: Some("owner_company"),
    association: Some("association"),
};

/// The definition a matter is under: the pack, and in it its procedure.
#[derive(Clone, Copy)]
pub struct Rules<'a> {
    /// The pack.
    pub pack: &'a Pack,
    /// The procedure.
    pub of: &'a Definition,
}

impl<'a> Rules<'a> {
    /// What a matter began under; another version would judge it by rules it did not begin under. An entry of a register stays for
    /// years and is under what is in force, as long as that has its register.
    pub fn of(ctx: &'a Ctx, spine: &Spine) -> Result<Rules<'a>> {
        let in_force = ctx.policy.pack.as_deref().filter(|_| is_entry(&spine.id));
        if let Some(pack) = in_force
            && let Some(of) = pack.definition(&spine.procedure)
        {
            return Ok(Rules { pack, of });
        }
        let pack = ctx.policy.version(&spine.pack);
        let pack =
            pack.ok_or_else(|| Error::internal(format!("pack {} of {} is not kept", spine.pack, spine.id)))?;
        Rules::named(pack, &spine.procedure)
    }

    /// A procedure of the pack in force.
    pub fn now(ctx: &'a Ctx, procedure: &str) -> Result<Rules<'a>> {
        Rules::named(ctx.pack()?, procedure)
    }

    /// A procedure of a pack.
    pub fn named(pack: &'a Pack, procedure: &str) -> Result<Rules<'a>> {
        let of = pack.definition(procedure);
        let of =
            of.ok_or_else(|| Error::internal(format!("pack {} has no procedure {procedure}", pack.version)))?;
        Ok(Rules { pack, of })
    }
}

/// What an act remembers of a matter beside what its form said.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Note {
    /// An instant.
    At(i64),
    /// A person.
    By(Option<String>),
    /// Something that holds or does not.
    Holds(bool),
}

/// A kind of matter.
pub trait Matter: Facts + Clone + 'static {
    /// What is counted of its rows.
    const TALLY: &'static Tally;
    /// What an act works out on the way and what is written beside needs again.
    type Work: Default;
    /// The job that wakes when one of its clocks falls due and looks.
    const DUE_JOB: &'static str;
    /// Whether those who bring it in always follow it from outside.
    const OWNED: bool = false;

    /// Under which keys it is counted, in the order of the tally.
    fn keys(&self) -> Keys<'_>;
    /// Whether it is counted by keys at all; what is not is counted along an index.
    fn is_counted(&self) -> bool {
        true
    }
    /// What every matter has.
    fn spine(&self) -> &Spine;
    /// The same, to be changed.
    fn spine_mut(&mut self) -> &mut Spine;
    /// Reads a row that has all columns.
    fn read(row: huitong_kernel::Row) -> Result<Self>;
    /// A matter within reach.
    fn find(tx: &Tx, scope: &Scope, id: &str) -> Result<Option<Self>>;
    /// What follows from what was changed: its name, since when the other side sees it. Comes before it is counted and stored.
    fn settle(&mut self, tx: &Tx, rules: Rules<'_>) -> Result<()> {
        let _ = (tx, rules);
        Ok(())
    }
    /// What it keeps of a field's answer, where that is kept by field.
    fn keeps(&self, field: &str) -> Option<&Json> {
        let _ = field;
        None
    }
    /// Whether a reader reaches it.
    fn admitted(&self, scope: &Scope) -> bool {
        scope.admits(&|column| self.spine().key(column))
    }
    /// The post through which an act on it is done: the first that reaches it.
    fn post_for<'a>(&self, right: &Right<'a>) -> Option<&'a Post> {
        right.post_for(&KEYS, &|column| self.spine().key(column))
    }
    /// The associations that follow it as their own.
    fn owner_associations(&self) -> Vec<String> {
        self.spine().owner_association.iter().cloned().collect()
    }
    /// Once an act has stored it: what is written beside.
    fn stored(case: &Case<'_, '_, Self>) -> Result<()> {
        let _ = case;
        Ok(())
    }
    /// What the files of an act belong to, where that is not the matter itself.
    fn holder_of_files<'c>(case: &'c Case<'_, '_, Self>) -> Option<&'c str> {
        let _ = case;
        None
    }
    /// What its record says beside.
    fn recorded(case: &Case<'_, '_, Self>, record: Record) -> Record {
        let _ = case;
        record
    }
    /// Stores a changed matter; 409 where somebody was faster.
    fn update(&self, tx: &Tx, of: &Definition) -> Result<()>;
    /// Stores new matters.
    fn insert(tx: &Tx, matters: &[&Self], of: &Definition) -> Result<()>;
    /// Keeps what the form of an act said, as far as it stays with the matter.
    fn keep(case: &mut Case<'_, '_, Self>) -> Result<()>;
    /// Remembers something; a typed row refuses what it has no column for.
    fn note(&mut self, name: &str, note: Note) -> Result<()>;
    /// Whether an instant was remembered before.
    fn is_noted(&self, name: &str) -> bool;
    /// Forgets what a field said.
    fn forget(&mut self, field: &str) -> Result<()>;
    /// Who did an act last, and how often it was done, where that is kept.
    fn doer(&self, act: &str) -> Option<&str>;
    /// How often an act was done, where that is kept.
    fn times(&self, act: &str) -> usize;
    /// Remembers that an act was done.
    fn count_act(&mut self, act: &str, by: &str);
    /// What the journal keeps of it: nothing that names a person.
    fn journal_view(&self, of: &Definition) -> Json;

    /// The right with the associations that it reaches by links, where it does.
    fn reach<'c>(tx: &Tx, right: Right<'c>) -> Result<Right<'c>> {
        let _ = tx;
        Ok(right)
    }
    /// Whether nobody's name is written down when this actor acts.
    fn is_unnamed(&self, ctx: &Ctx, by_code: bool) -> bool {
        let _ = ctx;
        by_code
    }
    /// What is missing besides the conditions of the definition, whatever it says.
    fn barred(&self, ctx: &Ctx, act: &Act) -> Option<String> {
        let _ = (ctx, act);
        None
    }
    /// Why a unit cannot be made responsible for it; nothing where it can.
    fn cannot_be_given(&self, unit: &Unit) -> Option<String> {
        if !unit.active {
            return Some(format!("{}已停用，不能交给它", unit.name));
        }
        (self.spine().desk_unit.as_ref() == Some(&unit.id))
            .then(|| format!("已经在{}，请选择其他单位", unit.name))
    }
    /// Whether a named check of the code holds; a definition that names an unknown one is not read at all.
    fn holds(&self, ctx: &Ctx, check: &str) -> bool {
        let _ = (ctx, check);
        false
    }
    /// A named effect of the code.
    fn effect(case: &mut Case<'_, '_, Self>, name: &str) -> Result<()> {
        let _ = case;
        Err(Error::internal(format!("the code has no effect {name}")))
    }
    /// Checks of the code on what the form of an act said.
    fn checked(case: &Case<'_, '_, Self>) -> Result<()> {
        let _ = case;
        Ok(())
    }
    /// Once the clocks stand: what the row keeps of them beside what is due next.
    fn clocks_stand(&mut self, answer_due: &dyn Fn(&str) -> Option<i64>) {
        let _ = answer_due;
    }
    /// What sentences may say of it, placeholder by placeholder.
    fn sentence_facts(tx: &Tx, rules: Rules<'_>, matter: &Self) -> Result<Words> {
        let _ = rules;
        sentences::of_spine(tx, matter)
    }
    /// The name of who took a step, as far as this reader may know; none where not even that there was somebody.
    fn actor_of(&self, ctx: &Ctx, step: &Step) -> Option<String> {
        let _ = ctx;
        Some(step.actor_name.clone())
    }
    /// The day that a date field of this name says.
    fn day(&self, field: &str) -> Option<Date> {
        match self.fact(field) {
            Some(huitong_kernel::condition::Value::Date(day)) => Some(day),
            _ => None,
        }
    }
}
