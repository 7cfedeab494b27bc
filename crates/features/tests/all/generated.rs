//! Cities made up from a seed: associations with links of every kind, somebody of every role, and what every register holds,
//! entered and changed by the real acts with whatever their forms ask for. Nothing here knows a definition by name.

use std::collections::{BTreeMap, BTreeSet};

use huitong_features::base::associations::Association;
use huitong_features::base::duty::{self, NewLink};
use huitong_features::base::identity::{self, NewPost, NewUser, Office};
use huitong_features::base::matters::entries;
use huitong_features::base::matters::{self, Case, Done, Input, Matter as _, Plain};
use huitong_kernel::ctx::{Ctx, OfficeKind};
use huitong_kernel::error::Kind;
use huitong_kernel::http::Filled;
use huitong_kernel::pack::{Act, Control, Definition, Field, Keeping, SINCE, UNTIL};
use huitong_kernel::rights::Scope;
use huitong_kernel::{Id, Result, args};
use huitong_testkit::app::TestApp;
use huitong_testkit::door::Person;
use jiff::ToSpan as _;
use jiff::civil::Date;
use serde_json::{Map, Value as Json, json};

use crate::matters::{family, sits};

/// What falls out differently for each seed and always the same for one.
pub struct Dice(pub u64);

impl Dice {
    /// A number below another.
    pub fn below(&mut self, n: usize) -> usize {
        // SplitMix64.
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        usize::try_from((z ^ (z >> 31)) % u64::try_from(n.max(1)).unwrap()).unwrap()
    }

    /// Once in so many times.
    pub fn once_in(&mut self, n: usize) -> bool {
        self.below(n) == 0
    }

    /// One of these.
    pub fn pick<'a, T>(&mut self, all: &'a [T]) -> Option<&'a T> {
        if all.is_empty() { None } else { all.get(self.below(all.len())) }
    }

    /// A day not too far from another, between so many days before and after.
    pub fn day(&mut self, from: Date, before: usize, after: usize) -> Date {
        let days = i64::try_from(self.below(before + after + 1)).unwrap() - i64::try_from(before).unwrap();
        from + days.days()
    }
}

/// A city that was made up.
pub struct Made<'a> {
    pub app: &'a TestApp,
    pub dice: Dice,
    pub associations: Vec<String>,
    pub units: Vec<Office>,
    pub people: Vec<Person>,
    /// Ids of what was entered, by the keys of its definitions.
    entered: BTreeMap<String, Vec<String>>,
    /// Acts that were done, by the keys of their definitions; a test sees that none is missing.
    pub done: BTreeSet<String>,
}

/// Units that have a part; the last has none.
const UNITS: [&str; 4] = ["social_work", "commerce", "transport", "science"];

impl<'a> Made<'a> {
    /// Associations and people.
    pub fn new(app: &'a TestApp, seed: u64) -> Made<'a> {
        let units: Vec<Office> = UNITS.iter().map(|key| Office::unit(&app.unit(key))).collect();
        let all: Vec<_> = (1..8).map(|nth| app.association(&format!("锦宁市第{nth}行业协会"), nth)).collect();
        let associations = all.iter().map(|one| one.id.to_string()).collect();
        let mut made = Made {
            app,
            dice: Dice(seed),
            associations,
            units,
            people: Vec::new(),
            entered: BTreeMap::new(),
            done: BTreeSet::new(),
        };
        for association in &all {
            made.link(&association.id);
        }
        let offices: Vec<Office> =
            all.iter().take(3).map(|one| Office::association(one.id.as_str(), &one.name)).collect();
        made.enter(&offices);
        // What stories told of stands here already.
        let sql = "SELECT id, procedure FROM entries ORDER BY began_at, title, id";
        for row in app.read(|tx| tx.query(sql, args![])) {
            let ids = made.entered.entry(row.get("procedure").unwrap()).or_default();
            ids.push(row.get("id").unwrap());
        }
        made
    }

    /// Links of some kinds, some of which have ended or not begun.
    fn link(&mut self, association: &Id<Association>) {
        let (pack, today) = (self.app.city.pack(), self.app.program().today());
        for kind in &pack.link_kinds {
            if self.dice.once_in(2) {
                continue;
            }
            let from_on = self.dice.day(today, 400, 40);
            let until_on = self.dice.once_in(4).then(|| self.dice.day(from_on, 0, 300));
            let unit = units_id(&self.units[self.dice.below(UNITS.len() - 1)]);
            let (kind, paper) = (kind.key.clone(), String::from("文件"));
            let new = NewLink { association: association.clone(), kind, unit, from_on, until_on, paper };
            // What an association has once is refused a second time.
            let _refused = self.app.city.db.write(&self.app.program(), |tx| duty::add(tx, &new));
        }
    }

    /// Somebody of every role in the first units and in some associations.
    fn enter(&mut self, associations: &[Office]) {
        let pack = self.app.city.pack();
        let offices: Vec<Office> = self.units[..2].iter().chain(associations).cloned().collect();
        for role in &pack.roles {
            for office in offices.iter().filter(|office| sits(role, office.kind)) {
                let login = format!("p{}-{}", self.people.len(), role.key.replace('_', "-"));
                let post = Some(NewPost::open(&role.key, office.clone()));
                let new = NewUser { login, name: String::from("某人"), post, ..NewUser::default() };
                let account = self.app.act(|tx| identity::add(tx, &new));
                self.people.push(self.app.with_token(account, &role.key, office));
            }
        }
    }

    /// Who acts: mostly the program itself, at times somebody of the city.
    fn somebody(&mut self) -> Ctx {
        match self.dice.below(3) {
            0 => self.dice.pick(&self.people).map(|who| self.app.person(&who.account)).unwrap(),
            _ => self.app.program(),
        }
    }

    /// What is entered in a field, as programs send it; nothing where it stays empty.
    fn answer(&mut self, field: &Field) -> Option<Json> {
        if !field.required && self.dice.once_in(3) {
            return None;
        }
        let (pack, today, bounds) = (self.app.city.pack(), self.app.program().today(), &field.bounds);
        let choices = || pack.choices(field.options.as_deref().unwrap_or_default());
        Some(match field.control {
            Control::Text | Control::TextArea | Control::Address => {
                let text = format!("{}{}", ["甲事", "乙事", "丙事"][self.dice.below(3)], self.dice.below(9));
                let lacks = bounds.min.unwrap_or(0).saturating_sub(text.chars().count());
                json!(format!("{text}{}", "写".repeat(lacks)))
            }
            Control::Select | Control::Radio => json!(self.dice.pick(choices())?.key),
            Control::Many => json!([self.dice.pick(choices())?.key]),
            Control::Check => json!(self.dice.once_in(2)),
            Control::Integer | Control::Score => {
                let least = bounds.at_least.unwrap_or(0);
                json!(least + i64::try_from(self.dice.below(5)).unwrap())
            }
            Control::Money => json!({"fen": i64::try_from(self.dice.below(5)).unwrap() * 100}),
            Control::Date => {
                let ahead = if bounds.not_after.is_some() { 0 } else { 700 };
                json!(self.dice.day(today, 700, ahead).to_string())
            }
            Control::Period => {
                let from = self.dice.day(today, 500, 60);
                let until = self.dice.once_in(2).then(|| self.dice.day(from, 0, 700));
                period(from, until)
            }
            Control::Association if field.several => {
                let all = 1 + self.dice.below(bounds.most.unwrap_or(3).min(3));
                let first = self.dice.below(self.associations.len());
                let nth = (0..all).map(|nth| (first + nth * 2) % self.associations.len());
                json!(nth.map(|nth| &self.associations[nth]).collect::<Vec<_>>())
            }
            Control::Association => json!(self.dice.pick(&self.associations)?),
            Control::Unit => json!(self.dice.pick(&self.units)?.id),
            Control::Entry => {
                let all = self.entered(field.register.as_deref().unwrap_or_default()).to_vec();
                json!(self.dice.pick(&all)?)
            }
            Control::DocNo => json!("锦社发〔2025〕8号"),
            other => {
                assert!(!field.required, "{} asks for {other:?}", field.key);
                return None;
            }
        })
    }

    /// What the form of an act is filled in with. Where something stands already, most of it is left as it is.
    fn form(&mut self, of: &Definition, act: &Act, standing: Option<&Plain>) -> Map<String, Json> {
        let (mut form, today) = (BTreeMap::new(), self.app.program().today());
        for field in of.form_of(act).into_iter().flat_map(|form| &form.fields) {
            if !field.visible_among(&form) {
                continue;
            }
            let before = standing.and_then(|it| it.said(&field.key)).cloned();
            let answer = match field.key.as_str() {
                SINCE => self.dice.once_in(2).then(|| json!(self.dice.day(today, 400, 0).to_string())),
                UNTIL => Some(json!(self.dice.day(today, 100, 0).to_string())),
                _ if standing.is_some() && act.keeping != Some(Keeping::Within) && !self.dice.once_in(3) => {
                    before.or_else(|| self.answer(field).filter(|_| field.required))
                }
                _ => self.answer(field),
            };
            form.extend(answer.map(|answer| (field.key.clone(), answer)));
        }
        form.into_iter().collect()
    }

    /// Does an act on something, or begins it; what the rules refuse is refused.
    pub fn does(
        &mut self,
        of: &Definition,
        act: &Act,
        on: Option<&Plain>,
    ) -> Option<(Done, Map<String, Json>)> {
        let (form, ctx) = (self.form(of, act, on), self.somebody());
        let filled = Filled::from_json(Json::Object(form.clone()).to_string().as_bytes()).unwrap();
        let input = Input { filled, files: Vec::new() };
        let done: Result<Done> = self.app.city.db.write(&ctx, |tx| match on {
            Some(it) => Case::<Plain>::open(tx, of.family(), &it.spine.id, &act.key, &input)?.perform(),
            None => matters::begin(tx, &of.key, &act.key, &input),
        });
        match done {
            Ok(done) => {
                self.done.insert(format!("{}.{}", of.key, act.key));
                self.remember(of, act, &done.id);
                Some((done, form))
            }
            Err(error) => {
                assert!(error.kind() != Kind::Internal, "{}.{}: {}", of.key, act.key, error.log_line());
                None
            }
        }
    }

    /// A row as it stands.
    pub fn found(&self, id: &str) -> Plain {
        self.app.read(|tx| Plain::find(tx, &Scope::all(), id)).unwrap()
    }

    /// Everything of a definition, void or not; entries in the order in which they were entered.
    pub fn all(&self, of: &Definition) -> Vec<Plain> {
        if of.is_register() {
            return self.entered(&of.key).iter().map(|id| self.found(id)).collect();
        }
        let sql = "SELECT id FROM matters WHERE procedure = $1 ORDER BY id";
        let ids = self.app.read(|tx| tx.query(sql, args![of.key.as_str()]));
        ids.iter().map(|row| self.found(&row.get::<String>("id").unwrap())).collect()
    }

    fn entered(&self, key: &str) -> &[String] {
        self.entered.get(key).map(Vec::as_slice).unwrap_or_default()
    }

    /// Remembers what was entered; ids alone do not tell the order.
    fn remember(&mut self, of: &Definition, act: &Act, id: &str) {
        if act.start.is_some() {
            self.entered.entry(of.key.clone()).or_default().push(id.to_owned());
        }
        if act.keeping == Some(Keeping::Within) {
            let key = format!("{}.{}", of.key, act.key);
            let rows = self.app.read(|tx| entries::children(tx, id, &key));
            let known = self.entered.entry(key).or_default();
            let new = rows.into_iter().map(|row| row.spine.id).find(|row| !known.contains(row));
            known.extend(new);
        }
    }

    /// Registers, those first that others name.
    pub fn registers(&self) -> Vec<Definition> {
        let pack = self.app.city.pack();
        let names =
            |of: &Definition| of.fields.iter().filter(|field| field.control == Control::Entry).count();
        let mut all: Vec<Definition> =
            pack.definitions.iter().filter(|of| of.is_register() && of.stands_alone()).cloned().collect();
        all.sort_by_key(names);
        all
    }

    /// Enters so many of each register, then changes, corrects, ends and takes back.
    pub fn fill(&mut self, each: usize, acts: usize) {
        let (pack, registers) = (self.app.city.pack(), self.registers());
        for of in &registers {
            let begins: Vec<Act> = of.beginnings().cloned().collect();
            for _ in 0..each {
                let act = self.dice.pick(&begins).unwrap().clone();
                self.does(of, &act, None);
            }
        }
        for _ in 0..acts {
            let whole = self.dice.pick(&registers).unwrap();
            let members: Vec<Definition> = family(&pack, whole).into_iter().cloned().collect();
            let of = self.dice.pick(&members).unwrap().clone();
            let all = self.entered(&of.key).to_vec();
            let Some(id) = self.dice.pick(&all).cloned() else { continue };
            self.act_on(&of, &id);
        }
        // What chance left out is tried on everything until something allows it.
        for (of, act) in self.undone() {
            for id in self.entered(&of.key).to_vec() {
                let it = self.found(&id);
                if self.does(&of, &act, Some(&it)).is_some() {
                    break;
                }
            }
        }
    }

    /// Acts of registers that were never done, those apart that ask for nothing but somebody of the actor's own unit.
    pub fn never_done(&self) -> Vec<String> {
        self.undone().into_iter().map(|(of, act)| format!("{}.{}", of.key, act.key)).collect()
    }

    fn undone(&self) -> Vec<(Definition, Act)> {
        let pack = self.app.city.pack();
        let asks = |of: &Definition, act: &Act| {
            let mut fields = of.form_of(act).into_iter().flat_map(|form| &form.fields);
            fields.any(|field| field.control != Control::Handler)
        };
        let registers = pack.definitions.iter().filter(|of| of.is_register());
        let acts = registers
            .flat_map(|of| of.acts.iter().filter(move |act| asks(of, act)).map(move |act| (of, act)));
        acts.filter(|(of, act)| !self.done.contains(&format!("{}.{}", of.key, act.key)))
            .map(|(of, act)| (of.clone(), act.clone()))
            .collect()
    }

    /// Does some act on something; ends and takes back more seldom than the rest.
    pub fn act_on(&mut self, of: &Definition, id: &str) -> Option<(Act, Plain, Map<String, Json>)> {
        let it = self.found(id);
        let acts: Vec<Act> = of.acts.iter().filter(|act| act.is_done_by_people()).cloned().collect();
        let act = self.dice.pick(&acts).unwrap().clone();
        let last = matches!(act.keeping, Some(Keeping::End | Keeping::Void));
        if last && self.dice.once_in(2) {
            return None;
        }
        let (_, form) = self.does(of, &act, Some(&it))?;
        Some((act, it, form))
    }
}

/// From a day to a day.
pub fn period(from: Date, until: Option<Date>) -> Json {
    match until {
        Some(until) => json!({"from": from.to_string(), "until": until.to_string()}),
        None => json!({"from": from.to_string()}),
    }
}

fn units_id(office: &Office) -> huitong_features::base::units::UnitId {
    assert_eq!(office.kind, OfficeKind::Unit);
    Id::stored(office.id.clone())
}
