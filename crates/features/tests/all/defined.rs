//! What every definition promises, read off the definition: its stories hold, lists are their conditions, counts their rows,
//! acts are offered to whom they are granted, and nothing that is kept from somebody reaches them on the way.

use std::collections::{BTreeMap, BTreeSet};

use huitong_features::base::matters::stories::{self, Onlooker, Sent, Stage};
use huitong_features::base::matters::{Case, Input, Matter as _, Plain, list, steps};
use huitong_kernel::clock::{DAY, civil_date};
use huitong_kernel::condition::{Condition, Frame, truth};
use huitong_kernel::http::{Filled, Pairs};
use huitong_kernel::list::Asked;
use huitong_kernel::pack::{Act, Check, Definition, Keeping, Pack, VOID};
use huitong_kernel::rights::Scope;
use huitong_kernel::{Db, Result, args};
use huitong_testkit::app::TestApp;
use huitong_testkit::db_test;
use huitong_testkit::door::{Answer, Person};
use serde_json::{Map, Value as Json};

use crate::cases::Keys;
use crate::grants::{Asker as _, Grants};
use crate::matters::{self, Marks};
use crate::table::{Row, Subject};

/// A city in which one story after another is told, with everybody in it whom a definition names.
struct World {
    app: TestApp,
    grants: Grants,
    /// By role and office.
    people: BTreeMap<(String, String), Person>,
    wrong: Vec<String>,
}

/// One story in the world.
struct Telling<'w> {
    world: &'w mut World,
    of: &'w Definition,
    /// The definition, and those of the rows within its entries.
    family: Vec<&'w Definition>,
    rows: &'w [Row],
    marks: Marks,
    /// The people of the story itself; they have programs and no browser.
    cast: Vec<Person>,
    /// Where all is asked of everybody: once for each state.
    states: BTreeSet<String>,
    /// The matters it told of.
    ids: BTreeSet<String>,
    /// Whether somebody has read what others may not.
    read: bool,
}

/// A matter as it stands now.
struct Standing {
    matter: Plain,
    keys: Keys,
    /// Who did which act, in order.
    done: Vec<(String, String)>,
}

impl World {
    fn new(db: &Db) -> World {
        World { app: TestApp::new(db), grants: Grants::read(), people: BTreeMap::new(), wrong: Vec::new() }
    }

    /// Tells every story of the pack.
    fn tell(&mut self, pack: &Pack) {
        for (nth, story) in pack.stories.iter().enumerate() {
            let of = pack.definition(&story.of).unwrap();
            let rows = matters::rows(of);
            let (marks, city) = (Marks::new(nth), self.app.city.clone());
            let (cast, states, ids) = (Vec::new(), BTreeSet::new(), BTreeSet::new());
            let family = matters::family(pack, of);
            let mut telling =
                Telling { world: self, of, family, rows: &rows, marks, cast, states, ids, read: false };
            let findings = stories::walk(&city, pack, story, &mut telling).unwrap();
            assert!(findings.is_empty(), "{findings:#?}");
            telling.over();
        }
    }

    fn standing(&self, id: &str) -> Standing {
        let read =
            |tx: &huitong_kernel::Tx| Ok((Plain::find(tx, &Scope::all(), id)?.unwrap(), steps(tx, id)?));
        let (matter, steps) = self.app.read(read);
        let done = steps.into_iter().map(|step| (step.act, step.actor)).collect();
        Standing { matter, keys: matters::keys(&self.app, id), done }
    }

    /// Every matter of a procedure; every entry of a register that is not void.
    fn every(&self, of: &Definition) -> Vec<Standing> {
        let sql = format!(
            "SELECT id FROM {} WHERE procedure = $1 AND state <> '{VOID}' ORDER BY id",
            matters::table(of)
        );
        let ids = self.app.read(|tx| tx.query(&sql, args![of.key.as_str()]));
        ids.iter().map(|row| self.standing(&row.get::<String>("id").unwrap())).collect()
    }

    fn holds(&self, who: &Person, condition: &Condition, matter: &Plain, now: i64) -> bool {
        let units = if who.is_inside() { vec![who.office()] } else { Vec::new() };
        truth(condition, matter, &Frame { now, me: Some(who.account()), my_units: &units }).holds()
    }

    /// Whether all holds that an act asks for beside the right to it.
    fn can(&self, who: &Person, act: &Act, it: &Standing) -> bool {
        let (now, times) =
            (self.app.city.clock.now(), it.done.iter().filter(|(done, _)| *done == act.key).count());
        let holds = |check: &Check| match check {
            Check::When(condition) => self.holds(who, condition, &it.matter, now),
            Check::NotSameAs(other) => {
                let last = it.done.iter().rfind(|(done, _)| done == other);
                last.is_none_or(|(_, by)| by != who.account())
            }
            Check::Named(name) => panic!("{name} is code"),
        };
        // While a correction of an entry waits, there is none beside it.
        let waiting = "SELECT COUNT(*) FROM matters WHERE procedure = 'correction' AND state = 'waiting' AND parent = $1";
        let corrects = matches!(act.keeping, Some(Keeping::Correct { .. }));
        let waits =
            corrects && self.app.read(|tx| tx.number(waiting, args![it.matter.spine.id.as_str()])) > 0;
        !waits
            && act.leaves(&it.matter.spine.state)
            && act.most.is_none_or(|most| times < most)
            && act.guards.iter().all(|guard| holds(&guard.check))
    }

    fn ask(&self, who: &Person, row: &Row, id: &str, version: Option<i64>) -> Answer {
        let ask = self.app.ask(row.method, &row.path.replace("{id}", id));
        let version = version.map(|version| version.to_string());
        let fields: Vec<(&str, &str)> = match &version {
            Some(version) => vec![("version", version.as_str())],
            None => row.body.to_vec(),
        };
        let body = || {
            Json::Object(
                fields.iter().map(|(name, value)| ((*name).to_owned(), Json::from(*value))).collect(),
            )
        };
        match (row.is_api(), row.method == "POST") {
            (true, true) => ask.token(who).json(&body()).send(),
            (true, false) => ask.token(who).send(),
            (false, true) => ask.session(who).form(&fields).send(),
            (false, false) => ask.session(who).send(),
        }
    }
}

impl Onlooker for Telling<'_> {
    fn fill(&mut self, of: &Definition, act: &Act, form: &mut Map<String, Json>, succeeds: bool) {
        self.marks.fill(of, act, form, succeeds);
    }

    fn after(&mut self, stage: &Stage) -> Result<()> {
        if self.cast.is_empty() {
            self.cast = matters::cast(&self.world.app, stage);
            let offices = matters::offices(&self.world.app, stage);
            matters::enter(&self.world.app, &offices, &mut self.world.people);
        }
        if stage.matter.is_some() {
            self.queues();
        }
        for id in stage.matter.iter().chain(stage.rows.values()) {
            self.ids.insert(id.clone());
            let it = self.world.standing(id);
            let of = self.definition(&it);
            self.offers(of, &it);
            if self.states.insert(format!("{} {}", of.key, it.matter.spine.state)) {
                self.everybody(of, &it);
            }
        }
        Ok(())
    }
}

impl<'w> Telling<'w> {
    fn say(&mut self, what: &str) {
        self.world.wrong.push(format!("{}: {what}", self.of.title));
    }

    /// What a matter or a row within an entry is under.
    fn definition(&self, it: &Standing) -> &'w Definition {
        let found = self.family.iter().find(|of| of.key == it.matter.spine.procedure);
        found.unwrap()
    }

    /// Everybody is offered what they have a right to on this matter, as something to be done where they can do it now.
    fn offers(&mut self, of: &Definition, it: &Standing) {
        let (view, href) = (self.of.view(), format!("/{}/{}", self.of.path, it.matter.spine.id));
        let mut wrong = Vec::new();
        for (who, browses) in
            self.world.people.values().map(|who| (who, true)).chain(self.cast.iter().map(|who| (who, false)))
        {
            if !self.world.grants.reaches(who, &view, &it.keys) {
                continue;
            }
            let acts = of.acts.iter().filter(|act| act.is_done_by_people());
            let granted = acts.filter(|act| self.world.grants.reaches(who, &act.name, &it.keys));
            let expected: BTreeMap<&str, bool> =
                granted.map(|act| (act.key.as_str(), self.world.can(who, act, it))).collect();
            let offered =
                self.world.app.get(&format!("/api/v1{href}/acts")).token(who).send().expect(200).json();
            let offered: BTreeMap<&str, bool> = offered
                .as_array()
                .unwrap()
                .iter()
                .map(|offer| (offer["act"].as_str().unwrap(), offer["allowed"].as_bool().unwrap()))
                .collect();
            let place = format!("{} in {}", who.account.login, it.matter.spine.state);
            if offered != expected {
                wrong.push(format!("{place} is offered {offered:?} and not {expected:?}"));
            }
            // A row within is read where it lies, once it counts.
            let lies_in = it.matter.parent.as_ref().map(|parent| format!("/{}/{parent}", self.of.path));
            let gone = lies_in.is_some() && it.matter.spine.state == VOID;
            if browses && !expected.is_empty() && !gone {
                let page = lies_in.as_ref().unwrap_or(&href);
                let page = self.world.app.get(page).session(who).send().expect(200).text();
                for (act, can) in expected {
                    if page.contains(&format!("\"{href}/{act}\"")) != can {
                        wrong.push(format!("{place}: can they {act}? {can}, and the page says otherwise"));
                    }
                }
            }
        }
        wrong.into_iter().for_each(|what| self.say(&what));
    }

    /// In each queue of each person of the story stand the matters within reach that fulfil its condition, now and later.
    fn queues(&mut self) {
        let (view, all, def) = (self.of.view(), self.world.every(self.of), list::def(self.of));
        let asked = Asked::read(&def, &Pairs::parse("page_size=100").unwrap()).unwrap();
        let mut wrong = Vec::new();
        for who in &self.cast {
            for queue in self.of.queues.iter().filter(|queue| queue.roles.contains(&who.role)) {
                for later in [0, 3, 40] {
                    let mut ctx = self.world.app.person(&who.account);
                    ctx.now += later * DAY;
                    let fits = |it: &&Standing| {
                        self.world.grants.reaches(who, &view, &it.keys)
                            && self.world.holds(who, &queue.when, &it.matter, ctx.now)
                    };
                    let expected: BTreeSet<&str> =
                        all.iter().filter(fits).map(|it| it.matter.spine.id.as_str()).collect();
                    let read = self.world.app.city.db.read(&ctx, |tx| {
                        Ok((
                            list::page(tx, self.of, Some(queue), &asked, false)?,
                            list::count(tx, self.of, queue)?,
                        ))
                    });
                    let (page, count) = read.unwrap();
                    let listed: BTreeSet<&str> =
                        page.items.iter().map(|matter| matter.spine.id.as_str()).collect();
                    let total = i64::try_from(expected.len()).unwrap();
                    if (&listed, count, page.total) != (&expected, total, Some(total)) {
                        wrong.push(format!(
                            "{} of {} in {later} days: {listed:?}, counted {count} and {:?}, and not {expected:?}",
                            queue.key, who.account.login, page.total
                        ));
                    }
                }
            }
        }
        wrong.into_iter().for_each(|what| self.say(&what));
    }

    /// Everybody at every address of the definition: let in or not as it says, and told nothing that is kept from them.
    fn everybody(&mut self, of: &Definition, it: &Standing) {
        let spine = &it.matter.spine;
        let (hidden, secret) = (self.marks.of(&self.family, Definition::hides), self.secret());
        let rows: Vec<&Row> =
            self.rows.iter().filter(|row| it.matter.parent.is_none() || of_row(of, row)).collect();
        let mut wrong = Vec::new();
        for (nth, who) in self.world.people.values().enumerate() {
            let sees = self.world.grants.reaches(who, &self.of.view(), &it.keys);
            // Who sees nothing meets the same everywhere: each of them tries some.
            let (from, every) = if sees { (0, 1) } else { (nth % 6, 6) };
            for row in rows.iter().skip(from).step_by(every) {
                let place = format!("{} for {} in {}", row.name(), who.account.login, spine.state);
                let expected = matters::expected(&self.world.grants, who, row, &it.keys);
                // What cannot be done now is refused whatever version is sent.
                let act = of.act(row.path.rsplit('/').next().unwrap_or_default());
                let barred = act.is_some_and(|act| !self.world.can(who, act, it));
                let barred = row.method == "POST" && row.subject == Subject::Matter && barred;
                let version = barred.then_some(spine.version);
                // What cannot be entered within is not looked at either.
                let expected = if barred && expected == 422 { 409 } else { expected };
                let answer = self.world.ask(who, row, &spine.id, version);
                if answer.status != expected {
                    wrong.push(format!("{place}: {} where {expected} was expected", answer.status));
                }
                if answer.status == 200
                    && !who.is_inside()
                    && row.path == format!("/api/v1/{}/{{id}}", self.of.path)
                {
                    wrong.extend(
                        self.inner(&answer.json()).into_iter().map(|what| format!("{place}: {what}")),
                    );
                }
                let said = answer.everything();
                let title = said
                    .split("<title>")
                    .nth(1)
                    .and_then(|rest| rest.split("</title>").next())
                    .unwrap_or_default();
                let kept = hidden.iter().filter(|_| !sees || !who.is_inside());
                let unseen =
                    [&spine.title, &spine.number].into_iter().filter(|word| !sees && !word.is_empty());
                wrong.extend(
                    kept.chain(unseen)
                        .filter(|word| said.contains(*word))
                        .map(|word| format!("{place}: says {word}")),
                );
                wrong.extend(
                    secret
                        .iter()
                        .filter(|word| title.contains(*word))
                        .map(|word| format!("{place}: is called {word}")),
                );
                self.read |= sees && who.is_inside() && hidden.iter().any(|word| said.contains(word));
            }
        }
        if self.world.standing(&spine.id).done.len() != it.done.len() {
            wrong.push(format!("something was done to {} that was to be refused", spine.number));
        }
        wrong.into_iter().for_each(|what| self.say(&what));
    }

    /// What those outside read of a matter that is no concern of theirs: steps without a public sentence, limits not promised.
    fn inner(&self, seen: &Json) -> Vec<String> {
        let told = |key: &str| self.of.act(key).is_some_and(|act| act.public_sentence.is_some());
        let lines = seen["timeline"].as_array().unwrap().iter().map(|line| line["act"].as_str().unwrap());
        let steps = lines.filter(|act| !told(act)).map(|act| format!("shows the step {act}"));
        let limits = seen["clocks"].as_array().unwrap().iter().filter(|clock| clock["promise"] != true);
        let limits = limits.map(|clock| format!("shows the limit {}", clock["limit"]));
        let person = Some(format!("says who handles it: {}", seen["assignee_name"]))
            .filter(|_| seen["assignee_name"] != "");
        steps.chain(limits).chain(person).collect()
    }

    /// What may stand in no message, title, suggestion or entry.
    fn secret(&self) -> BTreeSet<String> {
        self.marks.of(&self.family, |_, field| !field.is_open())
    }

    /// What is left when a story is over.
    fn over(mut self) {
        let app = &self.world.app;
        app.settle();
        let rows = |sql: &str, args: &[huitong_kernel::Value]| -> Vec<String> {
            let rows = app.read(|tx| tx.query(sql, args));
            rows.iter()
                .map(|row| row.columns().map(|(name, value)| format!("{name}={value:?} ")).collect())
                .collect()
        };
        let kept = self.marks.of(&self.family, |_, field| !field.journal);
        let (secret, mut wrong) = (self.secret(), Vec::new());
        let mut search = |place: &str, texts: &[String], words: &BTreeSet<String>| {
            let found = words.iter().filter(|word| texts.iter().any(|text| text.contains(*word)));
            wrong.extend(found.map(|word| format!("{place} says {word}")));
        };
        for id in &self.ids {
            let entries = rows("SELECT * FROM journal WHERE subject = $1", args![id.as_str()]);
            assert_eq!(entries.len(), self.world.standing(id).done.len(), "each act is an entry");
            search("the journal", &entries, &kept);
            let found = format!("SELECT title, search FROM {} WHERE id = $1", matters::table(self.of));
            search("what it is found by", &rows(&found, args![id.as_str()]), &secret);
            let told = rows("SELECT * FROM notices WHERE link LIKE $1", args![format!("%{id}")]);
            let tells = self
                .world
                .standing(id)
                .done
                .iter()
                .any(|(act, _)| self.of.act(act).is_some_and(|act| !act.notify.is_empty()));
            if tells && told.is_empty() {
                search("nobody is told of it:", std::slice::from_ref(id), &BTreeSet::from([id.clone()]));
            }
        }
        search("a message", &rows("SELECT * FROM notices", args![]), &secret);
        search("a suggestion", &[app.get("/orgs/suggest?q=暗&with=units").send().text()], &secret);
        let hides = !self.marks.of(&self.family, Definition::hides).is_empty();
        if hides && !self.read {
            search("nobody reads it:", &[self.of.key.clone()], &BTreeSet::from([self.of.key.clone()]));
        }
        wrong.into_iter().for_each(|what| self.say(&what));
        self.counts();
    }

    /// What is counted is what a recount gives.
    fn counts(&mut self) {
        let tally = Plain::TALLY;
        let columns = tally.columns.iter().map(|column| format!("COALESCE({column}, '')"));
        let columns = columns.collect::<Vec<_>>().join(", ");
        let named = tally.columns.iter().map(|column| format!("COALESCE({column}, '') AS k_{column}"));
        let sql = format!(
            "SELECT {}, COUNT(*) AS n FROM matters GROUP BY {columns}",
            named.collect::<Vec<_>>().join(", ")
        );
        let recount: BTreeMap<Vec<String>, i64> = self.world.app.read(|tx| {
            let rows = tx.query(&sql, args![])?;
            let keys = |row: &huitong_kernel::Row| -> Result<Vec<String>> {
                tally.columns.iter().map(|column| row.get(&format!("k_{column}"))).collect()
            };
            rows.iter().map(|row| Ok((keys(row)?, row.get("n")?))).collect()
        });
        let counted: BTreeMap<Vec<String>, i64> = self
            .world
            .app
            .read(|tx| tx.counts(tally.name))
            .into_iter()
            .map(|(keys, n)| (keys.to_vec(), n))
            .collect();
        if counted != recount {
            self.say(&format!("{counted:?} was counted, and there are {recount:?}"));
        }
    }
}

/// Whether a row within is asked for at an address of its register.
fn of_row(of: &Definition, row: &Row) -> bool {
    let last = row.path.rsplit('/').next().unwrap_or_default();
    let is_read = row.is_api() && ["{id}", "acts", "versions"].contains(&last);
    is_read || (row.path.contains("{id}") && of.act(last).is_some())
}

/// Whoever acts on the day of the act before does it by a clock that has gone back.
struct Backwards<'w> {
    app: &'w TestApp,
    of: &'w Definition,
    went_back: usize,
}

impl Onlooker for Backwards<'_> {
    fn does(&mut self, stage: &Stage, sent: &Sent<'_>) -> Option<Result<String>> {
        let id = sent.row.or(stage.matter.as_deref());
        let id = id.filter(|_| sent.act.start.is_none() && sent.papers.is_empty())?;
        let last = self.app.read(|tx| steps(tx, id)).pop()?.at;
        let mut ctx = self.app.city.ctx(sent.who.clone());
        if civil_date(last) != ctx.today() {
            return None;
        }
        ctx.now = last - 60_000;
        self.went_back += 1;
        let filled = Filled::from_json(Json::Object(sent.form.clone()).to_string().as_bytes()).unwrap();
        let input = Input { filled, files: Vec::new() };
        let done =
            self.app.city.db.write(&ctx, |tx| {
                Case::<Plain>::open(tx, &self.of.key, id, &sent.act.key, &input)?.perform()
            });
        Some(done.map(|done| done.id))
    }

    fn after(&mut self, stage: &Stage) -> Result<()> {
        let Some(id) = &stage.matter else { return Ok(()) };
        let steps = self.app.read(|tx| steps(tx, id));
        assert!(
            steps.iter().map(|step| step.version).eq(1..=i64::try_from(steps.len()).unwrap()),
            "one version each"
        );
        assert!(steps.is_sorted_by_key(|step| step.at), "no act is before the one before");
        let came_from = steps.iter().skip(1).map(|step| &step.state_before);
        assert!(
            came_from.eq(steps.iter().map(|step| &step.state_after).take(steps.len().saturating_sub(1))),
            "each goes on from the one before"
        );
        Ok(())
    }
}

db_test! {
    fn acts_go_on_in_their_order_when_the_clock_goes_back(db) {
        let app = TestApp::new(db);
        let (pack, mut went_back) = (app.city.pack(), 0);
        for story in &pack.stories {
            let mut backwards = Backwards { app: &app, of: pack.definition(&story.of).unwrap(), went_back: 0 };
            let findings = stories::walk(&app.city, &pack, story, &mut backwards).unwrap();
            assert!(findings.is_empty(), "{findings:#?}");
            went_back += backwards.went_back;
        }
        assert!(went_back > 2, "{went_back} times");
    }

    fn the_stories_of_the_pack_hold(db) {
        let app = TestApp::new(db);
        let told: BTreeSet<String> = app.city.pack().stories.iter().map(|story| story.of.clone()).collect();
        let pack = app.city.pack();
        // What only the program begins is told in the stories of what it comes of.
        let begun = matters::defined(&pack).filter(|of| of.beginnings().next().is_some());
        let all: BTreeSet<String> = begun.map(|of| of.key.clone()).collect();
        assert_eq!(told, all, "each definition has a story");
        let findings = stories::run(&app.city, None).unwrap();
        assert!(findings.is_empty(), "{findings:#?}");
    }

    fn every_definition_keeps_its_promises_along_its_stories(db) {
        let mut world = World::new(db);
        let pack = world.app.city.pack();
        world.tell(&pack);
        assert!(world.wrong.is_empty(), "{} faults:\n{:#?}", world.wrong.len(), &world.wrong[..world.wrong.len().min(40)]);
    }
}
