//! Stories: a procedure walked through by its people in a city in memory, step by step as the definition tells.

use std::collections::BTreeMap;

use huitong_codes::Uscc;
use huitong_kernel::city::City;
use huitong_kernel::clock::{instant, minute_text};
use huitong_kernel::ctx::{Actor, Ctx, Post};
use huitong_kernel::error::Kind;
use huitong_kernel::http::{Filled, Upload};
use huitong_kernel::pack::stories::{Player, Step, Story};
use huitong_kernel::pack::{Act, Control, Definition, Field, Finding, Keeping, Pack};
use huitong_kernel::{Error, Id, OrMissing, Result, Tx};
use serde_json::{Map, Value as Json};

use super::case::Input;
use super::entries::correction::{self, Performed, perform};
use super::matter::{KEYS, Matter};
use super::plain::Plain;
use super::view::Seen;
use super::{entries, entry};
use crate::base::associations::{self, NewAssociation, NewPerson};
use crate::base::attachments::{self, Sender};
use crate::base::duty::{self, NewLink};
use crate::base::identity::{self, NewPost, NewUser, Office};
use crate::base::units;

/// Walks every story of the pack in force, or those of one procedure; a finding for each step that came out otherwise.
pub fn run(city: &City, only: Option<&str>) -> Result<Vec<Finding>> {
    let pack = city.pack();
    let mut findings = Vec::new();
    for story in pack.stories.iter().filter(|story| only.is_none_or(|key| story.of == key)) {
        match walk(city, &pack, story, &mut Alone) {
            Ok(wrong) => findings.extend(wrong),
            Err(error) => findings.push(story.at.finding(
                format!("故事“{}”走不下去：{}", story.title, error.log_line()),
                "请核对故事的 given 和 cast",
            )),
        }
    }
    Ok(findings)
}

/// Walks one story while somebody looks on; a finding where a step came out otherwise.
pub fn walk(city: &City, pack: &Pack, story: &Story, beside: &mut dyn Onlooker) -> Result<Vec<Finding>> {
    Walk::new(city, pack, story)?.all(beside)
}

/// Who looks on while a story is walked: a test puts marks into what is filled in, sends it through a door of its own, and
/// looks around after each step.
pub trait Onlooker {
    /// The form of an act before it is sent; where it is to be refused, what is wrong with it must stay so.
    fn fill(&mut self, of: &Definition, act: &Act, form: &mut Map<String, Json>, succeeds: bool) {
        let _ = (of, act, form, succeeds);
    }
    /// Does an act that is to succeed in its own way, and answers the id of the matter; nothing: the walk does it.
    fn does(&mut self, stage: &Stage, sent: &Sent<'_>) -> Option<Result<String>> {
        let _ = (stage, sent);
        None
    }
    /// A step came out as told.
    fn after(&mut self, stage: &Stage) -> Result<()> {
        let _ = stage;
        Ok(())
    }
}

/// An act as it is sent.
pub struct Sent<'s> {
    /// Who does it.
    pub who: &'s Actor,
    /// Which.
    pub act: &'s Act,
    /// The row within the entry that it is done on; none where it is the matter itself.
    pub row: Option<&'s str>,
    /// What the form says, with ids in the place of the story's names.
    pub form: &'s Map<String, Json>,
    /// The fields that ask for a paper.
    pub papers: Vec<&'s str>,
}

/// Nobody.
struct Alone;
impl Onlooker for Alone {}

/// What stands on the stage of a story.
#[derive(Debug, Clone, Default)]
pub struct Stage {
    /// Its people, by the name it has for them.
    pub people: BTreeMap<String, Actor>,
    /// Ids of its associations, by the name it has for them.
    pub associations: BTreeMap<String, String>,
    /// Id of the matter, once it has begun.
    pub matter: Option<String>,
    /// Id of the correction that waits for a second person.
    pub asked: Option<String>,
    /// Ids of the rows that were entered last within it, by the short key of their definition.
    pub rows: BTreeMap<String, String>,
}

/// A story under way.
struct Walk<'c> {
    city: &'c City,
    pack: &'c Pack,
    of: &'c Definition,
    story: &'c Story,
    stage: Stage,
}

impl<'c> Walk<'c> {
    fn new(city: &'c City, pack: &'c Pack, story: &'c Story) -> Result<Walk<'c>> {
        let of = pack.definition(&story.of).or_missing()?;
        let mut walk = Walk { city, pack, of, story, stage: Stage::default() };
        if let Some(first) = story.steps.first() {
            city.clock.set(instant(first.when));
        }
        walk.settle()?;
        Ok(walk)
    }

    /// Brings the story's associations and people into the city.
    fn settle(&mut self) -> Result<()> {
        let ctx = self.city.ctx(Actor::System);
        let story = self.story;
        self.stage.associations = self.city.db.write(&ctx, |tx| associations_of(tx, story))?;
        for entered in &story.entries {
            let form = self.named(entered.form.clone());
            let filled = Filled::from_json(serde_json::to_string(&form)?.as_bytes())?;
            let input = Input { filled, files: Vec::new() };
            let act = self.pack.definition(&entered.of).and_then(|of| of.beginnings().next()).or_missing()?;
            let done = self.city.db.write(&ctx, |tx| entry::begin(tx, &entered.of, &act.key, &input))?;
            self.stage.associations.insert(entered.key.clone(), done.id);
        }
        for player in &story.cast {
            let actor = self.city.db.write(&ctx, |tx| actor_of(tx, player, &self.stage.associations))?;
            self.stage.people.insert(player.name.clone(), actor);
        }
        Ok(())
    }

    fn all(&mut self, beside: &mut dyn Onlooker) -> Result<Vec<Finding>> {
        let mut findings = Vec::new();
        for step in &self.story.steps {
            self.city.clock.set(instant(step.when));
            if let Some(what) = self.step(step, beside)? {
                let who = &step.who;
                let act = step.act.as_deref().and_then(|key| self.acted_on(step).act(key));
                let act = act.map_or("看", |act| act.label.as_str());
                let message = format!("故事“{}”里 {who} {act}：{what}", self.story.title);
                findings.push(step.at.finding(message, "请核对定义和故事，改正其中不对的一处"));
                // What comes after would only repeat the same.
                break;
            }
            beside.after(&self.stage)?;
        }
        Ok(findings)
    }

    fn ctx(&self, who: &str) -> Result<Ctx> {
        Ok(self.city.ctx(self.stage.people.get(who).cloned().ok_or_else(Error::missing)?))
    }

    /// The definition of what a step is done on.
    fn acted_on(&self, step: &Step) -> &'c Definition {
        let row = step.row.as_deref().map(|row| format!("{}.{row}", self.of.key));
        let other = row.as_deref().or(step.on.as_deref()).and_then(|key| self.pack.definition(key));
        other.unwrap_or(self.of)
    }

    /// One step; what came out otherwise, in words.
    fn step(&mut self, step: &Step, beside: &mut dyn Onlooker) -> Result<Option<String>> {
        let (ctx, of) = (self.ctx(&step.who)?, self.acted_on(step));
        if let Some(act) = &step.act {
            let succeeds = step.refused.is_none() && step.wrong.is_empty();
            let (mut form, known) = (step.form.clone(), of.act(act));
            if let Some(act) = known {
                beside.fill(of, act, &mut form, succeeds);
            }
            let (form, papers) = (self.named(form), papers(of, act));
            let row =
                step.row.as_ref().map(|row| self.stage.rows.get(row).cloned().or_missing()).transpose()?;
            let sent = known.filter(|_| succeeds && step.on.is_none()).map(|act| Sent {
                who: &ctx.actor,
                act,
                row: row.as_deref(),
                form: &form,
                papers: papers.iter().map(|f| f.key.as_str()).collect(),
            });
            let on = row.clone().or(self.stage.matter.clone());
            let done = match sent.and_then(|sent| beside.does(&self.stage, &sent)) {
                Some(done) => done,
                None => self
                    .input(&form, &papers)
                    .and_then(|input| self.perform(&ctx, (step, act, on.as_deref()), &input)),
            };
            if let Some(what) = came_out(step, &done) {
                return Ok(Some(what));
            }
            if let (Ok(id), None) = (done, &step.on) {
                self.asks(row.as_deref().unwrap_or(&id), known)?;
                self.done(id, row.is_some(), known)?;
            }
        }
        if let Some(what) = self.stands(step)? {
            return Ok(Some(what));
        }
        match &step.sees {
            Some(words) => self.sees(&ctx, words),
            None => Ok(None),
        }
    }

    /// Remembers what an act was done on, and the row that it entered within.
    fn done(&mut self, id: String, on_row: bool, act: Option<&Act>) -> Result<()> {
        if on_row {
            return Ok(());
        }
        if let Some(act) = act.filter(|act| act.keeping == Some(Keeping::Within)) {
            let (ctx, key) = (self.city.ctx(Actor::System), format!("{}.{}", self.of.key, act.key));
            let rows = self.city.db.read(&ctx, |tx| entries::children(tx, &id, &key))?;
            let last = rows.into_iter().max_by(|a, b| a.spine.id.cmp(&b.spine.id));
            self.stage.rows.extend(last.map(|row| (act.key.clone(), row.spine.id)));
        }
        self.stage.matter = Some(id);
        Ok(())
    }

    /// A form with ids in the place of the story's names.
    fn named(&self, mut form: Map<String, Json>) -> Map<String, Json> {
        for value in form.values_mut() {
            if let Some(id) = value.as_str().and_then(|key| self.stage.associations.get(key)) {
                *value = Json::from(id.as_str());
            }
            if let Some(actor) = value.as_str().and_then(|name| self.stage.people.get(name)) {
                *value = Json::from(user_of(actor));
            }
            if let Json::Array(all) = value {
                for one in all {
                    if let Some(id) = one.as_str().and_then(|key| self.stage.associations.get(key)) {
                        *one = Json::from(id.as_str());
                    }
                    if let Some(actor) = one.as_str().and_then(|name| self.stage.people.get(name)) {
                        *one = Json::from(user_of(actor));
                    }
                }
            }
        }
        form
    }

    /// The form as a program would send it, with a paper wherever one is asked for.
    fn input(&self, form: &Map<String, Json>, papers: &[&Field]) -> Result<Input> {
        let mut filled = Filled::from_json(serde_json::to_string(form)?.as_bytes())?;
        filled.strict = true;
        for field in papers {
            let (name, text) = (format!("{}.txt", field.label), format!("{}\n", field.label));
            let content_type = String::from("text/plain");
            filled.files.push(Upload { field: field.key.clone(), name, content_type, content: text.into() });
        }
        let files = attachments::take(self.city, self.pack, &Sender::named(true, "stories"), &filled.files)?;
        Ok(Input { filled, files })
    }

    fn perform(
        &mut self,
        ctx: &Ctx,
        (step, act, on): (&Step, &str, Option<&str>),
        input: &Input,
    ) -> Result<String> {
        if let Some(key) = &step.on {
            let id = self.stage.asked.clone().or_missing()?;
            let done = self.city.db.write(ctx, |tx| perform(tx, key, &id, act, input))?;
            return Ok(done.done().id.clone());
        }
        let begins = self.of.act(act).is_some_and(|act| act.start.is_some());
        let done = self.city.db.write(ctx, |tx| match on {
            Some(id) if !begins => perform(tx, &self.of.key, id, act, input),
            _ => entry::begin(tx, &self.of.key, act, input).map(Performed::Done),
        })?;
        match done {
            Performed::Done(done) => Ok(done.id),
            Performed::Asked(_) => on.map(str::to_owned).or_missing(),
        }
    }

    /// Remembers the correction that waits for a second person, whoever asked for it.
    fn asks(&mut self, entry: &str, act: Option<&Act>) -> Result<()> {
        let corrects = act.is_some_and(|act| matches!(act.keeping, Some(Keeping::Correct { .. })));
        if corrects {
            let ctx = self.city.ctx(Actor::System);
            let waits = self.city.db.read(&ctx, |tx| correction::waiting(tx, entry))?;
            self.stage.asked = waits.map(|correction| correction.spine.id);
        }
        Ok(())
    }

    /// Whether the matter stands as the story says.
    fn stands(&self, step: &Step) -> Result<Option<String>> {
        let row = step.row.as_ref().and_then(|row| self.stage.rows.get(row));
        let (of, id) = match &step.on {
            Some(key) => (self.pack.definition(key).unwrap_or(self.of), self.stage.asked.as_ref()),
            None => (self.of, row.or(self.stage.matter.as_ref())),
        };
        let Some(id) = id else { return Ok(None) };
        let ctx = self.city.ctx(Actor::System);
        let scope = huitong_kernel::rights::Scope::all();
        let matter = self.city.db.read(&ctx, |tx| Plain::find(tx, &scope, id))?.or_missing()?;
        if let Some(state) = &step.state {
            let found = of
                .state(&matter.spine.state)
                .map_or(matter.spine.state.as_str(), |state| state.label_for(&matter));
            if found != state {
                return Ok(Some(format!("应为“{state}”，实为“{found}”")));
            }
        }
        if let Some(due) = &step.due {
            let found = matter.spine.due_at.map_or_else(|| String::from("无"), minute_text);
            if found != *due {
                return Ok(Some(format!("应在 {due} 到期，实为 {found}")));
            }
        }
        Ok(None)
    }

    fn sees(&self, ctx: &Ctx, words: &str) -> Result<Option<String>> {
        let id = self.stage.matter.clone().unwrap_or_default();
        let shown = self.city.db.read(ctx, |tx| {
            let Some(right) = ctx.may(&self.of.view()) else { return Ok(None) };
            let scope = Plain::reach(tx, right)?.scope(&KEYS);
            let Some(matter) = Plain::find(tx, &scope, &id)? else { return Ok(None) };
            let seen = Seen::new(tx, matter)?;
            Ok(Some(Json::Object(seen.full(tx)?).to_string()))
        })?;
        Ok(match (words, shown) {
            ("不在", Some(_)) => Some(String::from("应当看不到，却看到了")),
            ("不在", None) | ("在", Some(_)) => None,
            (_, None) => Some(String::from("应当看到，却看不到")),
            (words, Some(text)) => match words.strip_prefix("没有") {
                Some(hidden) if text.contains(hidden) => Some(format!("不应看到“{hidden}”")),
                None if !text.contains(words) => Some(format!("应当看到“{words}”")),
                _ => None,
            },
        })
    }
}

/// The fields of an act that ask for a paper.
fn papers<'d>(of: &'d Definition, act: &str) -> Vec<&'d Field> {
    let form = of.act(act).and_then(|act| of.form_of(act));
    let asked = form.into_iter().flat_map(|form| &form.fields);
    asked.filter(|field| field.control == Control::Files && field.required).collect()
}

fn user_of(actor: &Actor) -> &str {
    match actor {
        Actor::Person { user, .. } => user.as_str(),
        _ => "",
    }
}

/// Whether an act came out as told: done, refused in these words, or wrong in these fields.
fn came_out<T>(step: &Step, done: &Result<T>) -> Option<String> {
    match done {
        Ok(_) if step.refused.is_some() => Some(String::from("应当被拒绝，却办成了")),
        Ok(_) if !step.wrong.is_empty() => Some(String::from("填写有误，却办成了")),
        Ok(_) => None,
        Err(error) => refused(step, error),
    }
}

fn refused(step: &Step, error: &Error) -> Option<String> {
    if error.kind() == Kind::Internal {
        return Some(error.log_line());
    }
    if let Some(words) = &step.refused {
        let said =
            std::iter::once(error.message()).chain(error.field_errors().iter().map(|e| e.message.as_str()));
        let all: Vec<&str> = said.collect();
        let fits = all.iter().any(|text| text.contains(words.as_str()));
        return (!fits).then(|| format!("应说“{words}”，说的是“{}”", all.join("；")));
    }
    for (field, words) in &step.wrong {
        let told = error.field_errors().iter().find(|e| e.field == *field);
        match told {
            Some(told) if told.message.contains(words.as_str()) => {}
            Some(told) => return Some(format!("{field} 应说“{words}”，说的是“{}”", told.message)),
            None => return Some(format!("{field} 应当有误，没有说")),
        }
    }
    if step.wrong.is_empty() {
        let fields = error.field_errors().iter().map(|e| format!("{}：{}", e.field, e.message));
        return Some(format!("没有办成：{} {}", error.message(), fields.collect::<Vec<_>>().join("；")));
    }
    None
}

fn associations_of(tx: &Tx, story: &Story) -> Result<BTreeMap<String, String>> {
    let mut known = BTreeMap::new();
    let (pack, today) = (tx.ctx().pack()?, tx.ctx().today());
    let from_on = jiff::civil::date(2000, 1, 1);
    let managed = pack.association_types.first().map(|kind| kind.key.clone()).unwrap_or_default();
    for brought in &story.associations {
        let new = NewAssociation {
            uscc: code(tx),
            name: brought.name.clone(),
            management_type: managed.clone(),
            founded_on: Some(from_on),
            scope: String::from("行业服务"),
            ..NewAssociation::default()
        };
        let association = associations::record(tx, &new)?;
        for (kind, unit) in &brought.links {
            let kind = pack.link_kind_named(kind).or_missing()?.key.clone();
            let unit = units::by_key(tx, unit)?.or_missing()?.id;
            let paper = String::from("故事");
            duty::add(
                tx,
                &NewLink { association: association.id.clone(), kind, unit, from_on, until_on: None, paper },
            )?;
        }
        for (title, name) in &brought.people {
            let (association, title, name) = (association.id.clone(), title.clone(), name.clone());
            let new = NewPerson {
                association,
                name,
                title,
                phone: None,
                user: None,
                from_on: today,
                until_on: None,
            };
            associations::add_person(tx, &new)?;
        }
        known.insert(brought.key.clone(), association.id.to_string());
    }
    Ok(known)
}

/// A code that no other association is likely to have.
fn code(tx: &Tx) -> String {
    loop {
        let body = tx.ctx().random.below(1_000_000_000);
        if let Ok(code) = Uscc::complete(&format!("51510100{body:09}")) {
            return code.to_string();
        }
    }
}

fn actor_of(tx: &Tx, player: &Player, known: &BTreeMap<String, String>) -> Result<Actor> {
    let office = match known.get(&player.office) {
        Some(id) => Office::association(id, &associations::name_of(tx, &Id::stored(id.clone()))?),
        None => Office::unit(&units::by_key(tx, &player.office)?.or_missing()?),
    };
    let login = format!("story-{}", tx.ctx().random.below(1_000_000_000_000));
    let post = Some(NewPost::open(&player.role, office.clone()));
    let new = NewUser { login: login.clone(), name: player.name.clone(), post, ..NewUser::default() };
    let account = identity::add(tx, &new)?;
    let post =
        Post { role: player.role.clone(), kind: office.kind, office: office.id, office_name: office.name };
    Ok(Actor::Person { user: account.id, login, name: player.name.clone(), posts: vec![post] })
}
