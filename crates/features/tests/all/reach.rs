//! What somebody reaches is one answer everywhere: whether an entry opens, whether it is listed, counted, found by what it says,
//! and what lies within it. Of every definition, for somebody of every role, in cities that are made up.

use std::collections::BTreeSet;

use huitong_features::base::matters::entries;
use huitong_features::base::matters::{KEYS, Matter as _, Plain, began, list, queue};
use huitong_kernel::condition::truth;
use huitong_kernel::http::Pairs;
use huitong_kernel::journal::Record;
use huitong_kernel::list::{Asked, ListDef};
use huitong_kernel::pack::{Control, Definition, Queue, VOID};
use huitong_kernel::{Id, Result, Tx};
use huitong_testkit::app::TestApp;
use huitong_testkit::db_test;
use huitong_testkit::door::Person;
use serde_json::Value as Json;

use crate::cases::Keys;
use crate::generated::{Dice, Made};
use crate::grants::{Asker as _, Grants};
use crate::matters::{self, family};

/// Something that may be reached.
struct Item {
    it: Plain,
    keys: Keys,
}

impl Item {
    fn id(&self) -> &str {
        &self.it.spine.id
    }

    fn is_void(&self) -> bool {
        self.it.spine.state == VOID
    }

    /// What it says where a list may ask for it.
    fn says(&self, of: &Definition, name: &str) -> Vec<String> {
        if name == "association" {
            return self.it.associations();
        }
        if name == "unit" {
            return self.it.spine.unit.iter().map(ToString::to_string).collect();
        }
        let number = of.field(name).is_some_and(|field| field.control == Control::Money);
        let word = |one: &Json| match one {
            Json::String(text) => text.clone(),
            one if number => one["fen"].to_string(),
            one => one.to_string(),
        };
        match self.it.said(name) {
            Some(Json::Array(all)) => all.iter().map(word).collect(),
            one => one.into_iter().map(word).collect(),
        }
    }

    /// What orders it, where it says that.
    fn orders(&self, name: &str) -> Option<(Option<i64>, String)> {
        let derived = self.it.derived().find(|(key, _)| *key == name).map(|(_, value)| value);
        let value = self.it.said(name).or(derived)?;
        let number = value.as_i64().or_else(|| value["fen"].as_i64());
        Some((number, value.as_str().unwrap_or_default().to_owned()))
    }
}

/// Everything of one definition.
struct Whole {
    of: Definition,
    items: Vec<Item>,
    /// What lies within; whoever sees its entry sees it.
    rows: Vec<Item>,
}

/// What an address asks of a list.
#[derive(Default, Debug)]
struct Question {
    pairs: Vec<(String, String)>,
}

impl Question {
    fn get(&self, name: &str) -> Option<&str> {
        self.pairs.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }

    fn read(&self, def: &ListDef, next: Option<&str>) -> Result<Asked> {
        let own = self.pairs.iter().map(|(name, value)| (name.as_str(), value.as_str()));
        let all = own.chain([("page_size", "37")]).chain(next.map(|next| ("next", next)));
        Asked::read(def, &Pairs::of(all))
    }
}

/// Every page of a list, and how many rows it says there are.
fn listed(
    tx: &Tx,
    of: &Definition,
    (queue, def): (Option<&Queue>, &ListDef),
    question: &Question,
) -> Result<(Vec<String>, Option<i64>)> {
    let (mut ids, mut next, mut total) = (Vec::new(), None::<String>, None);
    loop {
        let asked = question.read(def, next.as_deref())?;
        let page = match of.is_register() {
            true => entries::list::page(tx, (of, def), queue, &asked, question.get("sort").is_some())?,
            false => list::page(tx, of, queue, &asked, question.get("sort").is_some())?,
        };
        ids.extend(page.items.into_iter().map(|one| one.spine.id));
        total = total.or(page.total);
        match page.next {
            Some(more) => next = Some(more),
            None => return Ok((ids, total)),
        }
    }
}

/// A question that may be asked of a register: some of what it can be asked by, in some order.
fn made_up(whole: &Whole, def: &ListDef, dice: &mut Dice) -> Question {
    let mut question = Question::default();
    let mut ask = |name: &str, value: String| question.pairs.push((name.to_owned(), value));
    let state = ["", "", "", "current", "ended", VOID][dice.below(6)];
    if !state.is_empty() {
        ask("state", state.to_owned());
    }
    // What is void is found by its columns alone.
    let known = |name: &str| {
        let field = whole.of.field(name);
        ["association", "unit"].contains(&name)
            || field.is_some_and(|field| state != VOID || field.stands_for.is_some())
    };
    let names: Vec<&str> =
        def.filters.iter().map(|filter| &*filter.name).filter(|name| known(name)).collect();
    let mut used = BTreeSet::new();
    for _ in 0..dice.below(3) {
        let (Some(name), Some(item)) = (dice.pick(&names), dice.pick(&whole.items)) else { continue };
        if let Some(value) = item.says(&whole.of, name).first().filter(|_| used.insert(*name)) {
            ask(name, value.clone());
        }
    }
    if dice.once_in(2)
        && let Some(sort) = dice.pick(&def.sorts)
    {
        let down = if dice.once_in(2) { "-" } else { "" };
        ask("sort", format!("{down}{}", sort.name));
    }
    question
}

/// Whether something is what a question asks for.
fn fits(of: &Definition, item: &Item, question: &Question) -> bool {
    let state = question.get("state");
    let stands = state.map_or(!(of.is_register() && item.is_void()), |state| item.it.spine.state == state);
    let mut asked = question.pairs.iter().filter(|(name, _)| !["state", "sort"].contains(&name.as_str()));
    stands && asked.all(|(name, value)| item.says(of, name).contains(value))
}

/// What is wrong with the order of a list; empty ones come last either way.
fn disorder(whole: &Whole, ids: &[String], question: &Question) -> Option<String> {
    let sort = question.get("sort")?;
    let (name, down) = sort.strip_prefix('-').map_or((sort, false), |name| (name, true));
    let derived = whole.of.register.iter().flat_map(|register| &register.derived).any(|one| one.key == name);
    let plain = whole.of.field(name).is_some_and(|field| field.stands_for.is_none());
    // What is void has no facts to be ordered by.
    if (!derived && !plain) || question.get("state") == Some(VOID) {
        return None;
    }
    let value = |id: &String| whole.items.iter().find(|item| item.id() == id).unwrap().orders(name);
    let values: Vec<_> = ids.iter().map(value).collect();
    let goes_on = |pair: &[Option<(Option<i64>, String)>]| match (&pair[0], &pair[1]) {
        (Some(one), Some(next)) => {
            if down {
                one >= next
            } else {
                one <= next
            }
        }
        (None, Some(_)) => false,
        (_, None) => true,
    };
    (!values.windows(2).all(goes_on)).then(|| format!("by {sort}: {values:?}"))
}

/// Everywhere that something may be met, for one reader; what differs from what is reached.
///
/// What is taken out as a file joins here, under the right to take it out.
fn everywhere(app: &TestApp, who: &Person, whole: &Whole, grants: &Grants, dice: &mut Dice) -> Vec<String> {
    let (of, mut wrong) = (&whole.of, Vec::new());
    let ctx = app.person(&who.account);
    let root = format!("/api/v1/{}", of.path);
    let view = of.view();
    let Some(right) = ctx.may(&view) else {
        let status = app.get(&root).token(who).send().status;
        let granted = grants.may(who, &view);
        return (status != 403 || granted)
            .then(|| format!("{} lists {root}: {status}", who.role()))
            .into_iter()
            .collect();
    };
    let mut say =
        |what: String| wrong.push(format!("{} of {} ({}): {what}", who.role(), who.office.name, of.key));
    let reached: BTreeSet<String> = app
        .city
        .db
        .read(&ctx, |tx| {
            let scope = Plain::reach(tx, right.clone())?.scope(&KEYS);
            let mut reached = BTreeSet::new();
            for item in whole.items.iter().chain(&whole.rows) {
                reached.extend(Plain::find(tx, &scope, item.id())?.map(|it| it.spine.id));
            }
            Ok(reached)
        })
        .unwrap();
    for item in &whole.items {
        let (is, may) = (reached.contains(item.id()), grants.reaches(who, &view, &item.keys));
        if is != may {
            say(format!("reaches {}: {is}, and was granted: {may}", item.it.spine.title));
        }
    }
    for row in &whole.rows {
        let parent = row.it.parent.as_deref().unwrap();
        if reached.contains(row.id()) != reached.contains(parent) {
            say(format!("{} is not seen as its entry is", row.it.spine.title));
        }
    }
    let ids = |fits: &dyn Fn(&&Item) -> bool| -> BTreeSet<String> {
        let all = whole.items.iter().filter(|item| reached.contains(item.id())).filter(fits);
        all.map(|item| item.id().to_owned()).collect()
    };
    let questions: Vec<Question> = std::iter::once(Question::default())
        .chain((0..if of.is_register() { 8 } else { 0 }).map(|_| made_up(whole, &list::def(of), dice)))
        .collect();
    let told = app.city.db.read(&ctx, |tx| {
        let mut told = Vec::new();
        let mut hold =
            |what: &str, expected: &BTreeSet<String>, (found, total): (Vec<String>, Option<i64>)| {
                let set: BTreeSet<String> = found.iter().cloned().collect();
                let n = i64::try_from(expected.len()).unwrap();
                if set != *expected || found.len() != expected.len() || total != Some(n) {
                    let missing = expected.difference(&set).count();
                    let more = set.difference(expected).count();
                    told.push(format!(
                    "{what}: {} listed, {total:?} counted, {n} reached; {missing} missing, {more} too many",
                    found.len()
                ));
                }
            };
        for question in &questions {
            let expected = ids(&|item| fits(of, item, question));
            let mut defs = vec![list::def(of)];
            if of.is_register() {
                let own = question.pairs.iter().map(|(name, value)| (name.as_str(), value.as_str()));
                defs.push(entries::list::asked_for(of, &Pairs::of(own), entries::list::is_wide(tx, of)?));
            }
            for def in &defs {
                // Only the address tells that what is void is asked for.
                if question.get("state") == Some(VOID)
                    && question.get("association").is_some()
                    && defs.len() == 2
                    && std::ptr::eq(def, &defs[0])
                {
                    continue;
                }
                let found = listed(tx, of, (None, def), question)?;
                let order = disorder(whole, &found.0, question);
                hold(&format!("{question:?} of {}", def.from), &expected, found);
                if let Some(order) = order {
                    hold(&order, &BTreeSet::from([String::from("an order")]), (Vec::new(), None));
                }
            }
        }
        for one in of.queues.iter().filter(|one| one.roles.iter().any(|role| role == who.role())) {
            let units = queue::units_of(tx.ctx(), Some(one));
            let frame = queue::frame(tx.ctx(), &units);
            let stands = |item: &&Item| {
                !(of.is_register() && item.is_void()) && truth(&one.when, &item.it, &frame).holds()
            };
            let expected = ids(&stands);
            let found = listed(tx, of, (Some(one), &list::def(of)), &Question::default())?;
            hold(&one.key, &expected, found);
            let count = list::count(tx, of, one)?;
            hold(
                &format!("the count of {}", one.key),
                &expected,
                (expected.iter().cloned().collect(), Some(count)),
            );
        }
        Ok(told)
    });
    told.unwrap().into_iter().for_each(&mut say);
    let total =
        app.get(&format!("{root}?page_size=1")).token(who).send().expect(200).json()["total"].as_i64();
    let expected = ids(&|item| !(of.is_register() && item.is_void())).len();
    if total != i64::try_from(expected).ok() {
        say(format!("programs are told of {total:?} and not of {expected}"));
    }
    for _ in 0..2 {
        let Some(item) = dice.pick(&whole.items) else { continue };
        let status = app.get(&format!("{root}/{}", item.id())).token(who).send().status;
        if (status == 200) != reached.contains(item.id()) || ![200, 404].contains(&status) {
            say(format!("{} answers {status}", item.it.spine.title));
        }
    }
    wrong
}

/// Matters like those that the stories told of, with other keys.
fn like(made: &mut Made<'_>, of: &Definition, each: usize) {
    let Some(model) = made.all(of).pop() else { return };
    for nth in 0..each {
        let mut one = model.clone();
        let spine = &mut one.spine;
        spine.id = made.app.program().id::<Plain>().to_string();
        spine.number = format!("{}-{nth}", model.spine.number);
        let states: Vec<&str> = of.states.iter().map(|state| state.key.as_str()).collect();
        spine.state = (*made.dice.pick(&states).unwrap()).to_owned();
        let dice = &mut made.dice;
        let mut some = |all: &[String]| dice.pick(all).cloned().filter(|_| !dice.once_in(4));
        let units: Vec<String> = made.units.iter().map(|unit| unit.id.clone()).collect();
        let people: Vec<String> = made.people.iter().map(|who| who.account.id.to_string()).collect();
        spine.unit = some(&units).map(Id::stored);
        spine.next_unit = some(&units).map(Id::stored);
        spine.desk_unit.clone_from(&spine.unit);
        spine.assignee = some(&people);
        spine.owner_user = some(&people);
        spine.association = some(&made.associations);
        spine.owner_association = some(&made.associations);
        made.app.act(|tx| {
            Plain::insert(tx, &[&one], of)?;
            began(tx, &[&one])?;
            tx.record(Record::new(&of.acts[0].name, &one.spine.id)).map(|_| ())
        });
    }
}

db_test! {
    fn what_somebody_reaches_is_listed_counted_and_found_alike(db) {
        let app = TestApp::new(db);
        let grants = Grants::read();
        let told = matters::all(&app);
        let mut made = Made::new(&app, 20_250_314);
        made.fill(40, 360);
        let pack = app.city.pack();
        let mut wrong = Vec::new();
        for of in matters::defined(&pack).cloned().collect::<Vec<_>>() {
            let told = told.iter().any(|one| one.of == of.key) || of.beginnings().next().is_none();
            assert!(told, "{} has a story", of.key);
            if of.moves() {
                like(&mut made, &of, 40);
            }
            let rows = family(&pack, &of).into_iter().skip(1).flat_map(|of| made.all(of));
            let rows = rows.map(|it| Item { it, keys: Keys::default() }).collect();
            let items = made.all(&of).into_iter();
            let items = items.map(|it| Item { keys: matters::keys(&app, &it.spine.id), it }).collect();
            let whole = Whole { items, rows, of };
            let void = whole.items.iter().filter(|item| item.is_void()).count();
            assert!(whole.items.len() > 20 && (whole.of.moves() || void > 1), "{}: {}, {void} void", whole.of.key, whole.items.len());
            for nth in 0..made.people.len() {
                let who = &made.people[nth];
                wrong.extend(everywhere(&app, who, &whole, &grants, &mut made.dice));
            }
        }
        let never = made.never_done();
        assert!(never.is_empty(), "acts that were never done: {never:?}");
        let shown: Vec<&String> = wrong.iter().take(30).collect();
        assert!(wrong.is_empty(), "{} faults:\n{shown:#?}", wrong.len());
    }
}
