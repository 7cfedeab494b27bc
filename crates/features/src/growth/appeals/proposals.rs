//! Who is proposed to answer a case: by the 派单目录 and the relation that it names, and beside it by the words of the case; a
//! person dispatches.

use huitong_kernel::pack::Pack;
use huitong_kernel::{Id, Result, Tx};
use serde::Serialize;

use super::learning::{self, Reading, Similar};
use super::model::Appeal;
use super::policy::{self, Target};
use super::rules;
use crate::base::matters::KEYS;
use crate::base::units::{self, Unit, UnitId};
use crate::base::{associations::AssociationId, duty};

/// One unit that may answer, and why.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct Proposal {
    /// The unit.
    pub unit: String,
    /// Its name.
    pub unit_name: String,
    /// Where it comes from: 派单目录 or 责任关系.
    pub from: &'static str,
    /// Why, in one sentence.
    pub reason: String,
    /// The paper it rests on; empty where there is none.
    pub paper: String,
}

/// What is proposed for a case, the first one first; where nothing is, why.
#[derive(Debug, Clone, Default, PartialEq, Serialize, utoipa::ToSchema)]
pub struct Proposals {
    /// The proposals of the 派单目录 and of the relation.
    pub items: Vec<Proposal>,
    /// What must be known or settled before something can be proposed.
    pub missing: Vec<String>,
    /// What the words of the case speak for.
    pub text: Reading,
    /// Whether all that propose something put the same unit first.
    pub agree: bool,
    /// Who agrees, in words.
    pub agreed: String,
    /// Where they do not, whom each points to.
    pub differ: String,
    /// Past cases that told the same matter.
    pub similar: Vec<Similar>,
}

const CATALOGUE: &str = "派单目录";
const RELATION: &str = "责任关系";
/// The words of the case as a source, beside the two.
pub const TEXT: &str = "诉求文字";

/// What is proposed to this reader; nothing where the right to dispatch does not reach the case.
pub fn for_reader(tx: &Tx, pack: &Pack, appeal: &Appeal) -> Result<Option<Proposals>> {
    let right = tx.ctx().may("appeal.proposals").map(|right| right.scope(&KEYS));
    let reaches = right.is_some_and(|scope| scope.admits(&|column| appeal.spine.key(column)));
    reaches.then(|| beside(tx, pack, appeal)).transpose()
}

/// A unit that sources point to: each source has one that it puts first.
pub struct Pointed {
    /// The unit.
    pub unit: String,
    /// Its name.
    pub unit_name: String,
    /// Who points to it.
    pub from: Vec<&'static str>,
}

impl Pointed {
    /// `责任关系、诉求文字都指向锦宁市水务局`.
    fn said(&self) -> String {
        let all = if self.from.len() > 1 { "都" } else { "" };
        format!("{}{all}指向{}", self.from.join("、"), self.unit_name)
    }
}

impl Proposals {
    /// Whom the sources point to, the unit of the most sources first. Words that little should be given on point to nobody.
    pub fn pointed(&self) -> Vec<Pointed> {
        let listed = |from: &'static str| {
            let first = self.items.iter().find(|item| item.from == from)?;
            Some((from, &first.unit, &first.unit_name))
        };
        let told = self.text.items.first().filter(|_| self.text.doubt.is_empty());
        let told = told.map(|first| (TEXT, &first.unit, &first.unit_name));
        let mut all: Vec<Pointed> = Vec::new();
        for (from, unit, name) in [listed(CATALOGUE), listed(RELATION), told].into_iter().flatten() {
            match all.iter_mut().find(|one| one.unit == *unit) {
                Some(one) => one.from.push(from),
                None => all.push(Pointed { unit: unit.clone(), unit_name: name.clone(), from: vec![from] }),
            }
        }
        all.sort_by_key(|one| std::cmp::Reverse(one.from.len()));
        all
    }
}

/// Proposes units for a case by all, side by side, with past cases like it.
fn beside(tx: &Tx, pack: &Pack, appeal: &Appeal) -> Result<Proposals> {
    let mut found = Proposals {
        text: learning::read(tx, appeal)?,
        similar: learning::similar(tx, appeal)?,
        ..propose(tx, pack, appeal)?
    };
    match found.pointed().as_slice() {
        [one] if one.from.len() > 1 => found.agreed = format!("{}。", one.said()),
        [_, _, ..] => {
            let said: Vec<String> = found.pointed().iter().map(Pointed::said).collect();
            found.differ = format!("几种建议不一致：{}。请核对分类是否准确，再决定派给谁。", said.join("；"));
        }
        _ => {}
    }
    found.agree = !found.agreed.is_empty();
    Ok(found)
}

/// Proposes units by the 派单目录 and the relation. A unit that is complained of, or cannot be given the case, is never proposed.
fn propose(tx: &Tx, pack: &Pack, appeal: &Appeal) -> Result<Proposals> {
    let mut found = Proposals::default();
    let rule = appeal.category.as_deref().and_then(|category| policy::of(pack).dispatch_rule(category));
    match (&appeal.category, rule) {
        (None, _) => found.missing.push(String::from("先分类，才能按派单目录提出建议")),
        (Some(_), None) => found.missing.push(String::from("派单目录没有这一分类，请人工确定承办单位")),
        (Some(_), Some(rule)) => {
            for target in std::iter::once(&rule.target).chain(&rule.also) {
                match target {
                    Target::Function(function) => {
                        let why = format!("{}（{function}职能）", rule.why);
                        by_function(tx, appeal, function, &why, &rule.source.basis, &mut found)?;
                    }
                    Target::Relation => by_relation(tx, appeal, &mut found)?,
                }
            }
        }
    }
    // The relation stands beside the catalogue, so that a disagreement is seen.
    if !found.items.iter().any(|p| p.from == RELATION) && appeal.association.is_some() {
        by_relation(tx, appeal, &mut found)?;
    }
    Ok(found)
}

fn by_function(
    tx: &Tx,
    appeal: &Appeal,
    function: &str,
    why: &str,
    basis: &str,
    found: &mut Proposals,
) -> Result<()> {
    let units = units::performing(tx, function)?;
    if units.is_empty() {
        found.missing.push(format!("还没有单位履行“{function}”职能，请人工确定承办单位"));
    }
    for unit in units {
        add(appeal, &unit, CATALOGUE, why.to_owned(), basis.to_owned(), found);
    }
    Ok(())
}

fn by_relation(tx: &Tx, appeal: &Appeal, found: &mut Proposals) -> Result<()> {
    let Some(association) = appeal.association.clone() else {
        found.missing.push(String::from("诉求没有写明协会，无法按责任关系提出建议，请人工确定承办单位"));
        return Ok(());
    };
    let association: AssociationId = Id::stored(association);
    let answer = duty::answers_appeal(tx, &association, tx.ctx().today())?;
    if answer.first.is_none() && answer.second.is_none() {
        found.missing.push(answer.reason.clone());
    }
    for (place, who) in [answer.first, answer.second].into_iter().flatten().enumerate() {
        let reason = if place == 0 {
            answer.reason.clone()
        } else {
            format!("{}，作为第二建议", who.link_title)
        };
        if let Some(unit) = unit(tx, &who.unit)? {
            add(appeal, &unit, RELATION, reason, who.paper, found);
        }
    }
    Ok(())
}

fn unit(tx: &Tx, id: &UnitId) -> Result<Option<Unit>> {
    units::find(tx, id)
}

fn add(
    appeal: &Appeal,
    unit: &Unit,
    from: &'static str,
    reason: String,
    paper: String,
    found: &mut Proposals,
) {
    if rules::cannot_be_given(unit, appeal).is_some() {
        return;
    }
    let known = found.items.iter().any(|p| p.unit == unit.id.as_str() && p.from == from);
    if !known {
        let (unit, unit_name) = (unit.id.to_string(), unit.name.clone());
        found.items.push(Proposal { unit, unit_name, from, reason, paper });
    }
}
