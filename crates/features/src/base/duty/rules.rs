//! Who answers, decided from the pack's duties, its kinds of links and the links of one association; without IO.

use std::collections::BTreeSet;

use huitong_kernel::pack::{AssociationType, Cardinality, Duty, LinkKind, UnitKind};
use jiff::civil::Date;

use super::model::{Answer, AppealAnswer, Gap, GapKind, Link, Responsible};
use crate::base::units::UnitId;

/// The unit kind that only some ways of management have (业务主管单位).
pub const SPONSOR: &str = "sponsor";
/// The sponsor's duty to handle appeals.
pub const SPONSOR_APPEALS: &str = "DB-08";
/// The industry department's duty to handle appeals.
pub const INDUSTRY_APPEALS: &str = "DI-04";

/// What the pack says about responsibility.
#[derive(Clone, Copy)]
pub struct Lists<'a> {
    /// What units can be.
    pub unit_kinds: &'a [UnitKind],
    /// Kinds of links.
    pub link_kinds: &'a [LinkKind],
    /// How associations are managed.
    pub association_types: &'a [AssociationType],
    /// The duty list.
    pub duties: &'a [Duty],
}

impl Lists<'_> {
    fn unit_kind_name<'b>(&'b self, key: &'b str) -> &'b str {
        self.unit_kinds.iter().find(|k| k.key == key).map_or(key, |k| k.name.as_str())
    }

    /// Whether associations managed this way have a sponsor; an unknown way says nothing.
    pub fn has_sponsor(&self, management_type: &str) -> bool {
        self.association_types.iter().find(|t| t.key == management_type).is_none_or(|t| t.has_sponsor)
    }
}

/// Everything that is known of one association when the relation is asked.
pub struct Relation<'a> {
    /// What the pack says.
    pub lists: Lists<'a>,
    /// How the association is managed (key of the pack).
    pub management_type: &'a str,
    /// Its links, past and present.
    pub links: &'a [Link],
    /// Name of a unit.
    pub unit_name: &'a dyn Fn(&UnitId) -> String,
    /// Units of a kind that stand in the city's list: for parties without a link to single associations.
    pub of_kind: &'a dyn Fn(&str) -> Vec<UnitId>,
}

impl Relation<'_> {
    /// Who answers for a duty on a day.
    pub fn answer(&self, duty: &Duty, on: Date) -> Answer {
        let kinds: Vec<&LinkKind> = self
            .lists
            .link_kinds
            .iter()
            .filter(|k| k.party.as_deref() == Some(duty.party.as_str()))
            .collect();
        if kinds.is_empty() {
            return self.of_the_city(duty);
        }
        // Where one kind holds a single unit, that unit answers and the units of the other kinds assist.
        let single: Vec<&LinkKind> =
            kinds.iter().copied().filter(|k| k.per_association != Cardinality::Many).collect();
        let answering = if single.is_empty() { kinds.clone() } else { single };
        let mut held: Vec<Responsible> = answering.iter().flat_map(|k| self.held(k, on)).collect();
        let assisting = kinds.iter().filter(|k| !answering.iter().any(|a| a.key == k.key));
        let assisting = assisting.flat_map(|k| self.held(k, on));
        if held.is_empty() {
            let gap = self.gap(&duty.party, answering.first().and_then(|k| k.gap.as_deref()));
            return Answer::Gap { gap, also: assisting.collect() };
        }
        let first = held.remove(0);
        Answer::Unit { first, also: held.into_iter().chain(assisting).collect() }
    }

    /// The units linked in one way on a day, the longest-standing first.
    pub fn held(&self, kind: &LinkKind, on: Date) -> Vec<Responsible> {
        let mut links: Vec<&Link> =
            self.links.iter().filter(|l| l.kind == kind.key && l.holds_on(on)).collect();
        links.sort_by(|a, b| (a.from_on, &a.id).cmp(&(b.from_on, &b.id)));
        // Two party organisations under one body are two entries and one answer.
        let mut units = BTreeSet::new();
        links.retain(|l| units.insert(&l.unit));
        let responsible = links.into_iter().map(|l| Responsible {
            unit: l.unit.clone(),
            unit_name: (self.unit_name)(&l.unit),
            link_kind: kind.key.clone(),
            link_title: kind.title.clone(),
            paper: l.paper.clone(),
            since: Some(l.from_on),
        });
        responsible.collect()
    }

    /// What the absence of a kind of link is called, where its absence says something.
    pub fn gap_of(&self, kind: &LinkKind) -> Option<Gap> {
        let party = kind.party.as_deref().unwrap_or_default();
        let due = kind.per_association == Cardinality::ExactlyOne || party == SPONSOR;
        due.then(|| self.gap(party, kind.gap.as_deref()))
    }

    fn gap(&self, party: &str, words: Option<&str>) -> Gap {
        let how = self.lists.association_types.iter().find(|t| t.key == self.management_type);
        if party == SPONSOR
            && let Some(how) = how.filter(|t| !t.has_sponsor)
        {
            return Gap { kind: GapKind::NotHeld, words: format!("{}，不设业务主管单位", how.name) };
        }
        let name = self.lists.unit_kind_name(party);
        let words = words.map_or_else(|| format!("待明确{name}"), str::to_owned);
        Gap { kind: GapKind::Unsettled, words }
    }

    /// A party that no link leads to answers for every association alike, by the duty list itself.
    fn of_the_city(&self, duty: &Duty) -> Answer {
        let units = (self.of_kind)(&duty.party);
        let title = self.lists.unit_kind_name(&duty.party);
        // Several units of the kind (the city's and its districts'): nothing here says which, so nobody is named.
        let [unit] = units.as_slice() else {
            return Answer::Gap { gap: self.gap(&duty.party, None), also: Vec::new() };
        };
        let first = Responsible {
            unit: unit.clone(),
            unit_name: (self.unit_name)(unit),
            link_kind: String::new(),
            link_title: title.to_owned(),
            paper: format!("责任清单 {}（{}）", duty.code, duty.source.standing()),
            since: None,
        };
        Answer::Unit { first, also: Vec::new() }
    }

    /// Who an appeal goes to: the sponsor where there is one, else the industry department; the other beside.
    pub fn appeal(&self, on: Date) -> AppealAnswer {
        let ask = |code: &str| {
            let duty = self.lists.duties.iter().find(|d| d.code == code)?;
            self.answer(duty, on).unit().cloned()
        };
        let (sponsor, industry) = (ask(SPONSOR_APPEALS), ask(INDUSTRY_APPEALS));
        let paper = sponsor.as_ref().or(industry.as_ref()).map(|r| r.paper.clone()).unwrap_or_default();
        let reason = match (&sponsor, &industry) {
            (Some(first), Some(second)) => format!(
                "{}是该协会的{}，按责任清单 {SPONSOR_APPEALS} 先由其办理；{}（{}）列为第二顺位",
                first.unit_name, first.link_title, second.unit_name, second.link_title
            ),
            (Some(first), None) => format!(
                "{}是该协会的{}，按责任清单 {SPONSOR_APPEALS} 由其办理",
                first.unit_name, first.link_title
            ),
            (None, Some(first)) => format!(
                "该协会没有业务主管单位，{}是其{}，按责任清单 {INDUSTRY_APPEALS} 由其主办",
                first.unit_name, first.link_title
            ),
            (None, None) => {
                String::from("该协会既没有业务主管单位，行业管理部门也待明确，请人工选定承办单位")
            }
        };
        let (first, second) = if sponsor.is_some() { (sponsor, industry) } else { (industry, None) };
        AppealAnswer { first, second, reason, paper }
    }
}

/// The link that keeps a new one from being added: one of a kind that an association has once, or the same twice.
pub fn in_the_way<'a>(
    links: &'a [Link],
    kind: &LinkKind,
    unit: &UnitId,
    from: Date,
    until: Option<Date>,
) -> Option<&'a Link> {
    let same = links.iter().filter(|l| l.kind == kind.key && l.meets(from, until));
    let mut blocking = same.filter(|l| kind.per_association != Cardinality::Many || l.unit == *unit);
    blocking.next()
}

/// Whether a kind of link makes a unit the sponsor.
pub fn makes_sponsor(kind: &LinkKind) -> bool {
    kind.party.as_deref() == Some(SPONSOR)
}
