//! A matter as one reader may see it: what a list says, what a page says, what a program reads.

use std::collections::BTreeSet;

use huitong_kernel::clock::{day_text, minute_text, rfc3339};
use huitong_kernel::condition::Facts as _;
use huitong_kernel::ctx::{Actor, OfficeKind};
use huitong_kernel::deadline::Measure;
use huitong_kernel::http::page::Fact;
use huitong_kernel::pack::{Control, Definition, Field, Promise, Tone};
use huitong_kernel::rights::Scope;
use huitong_kernel::{Ctx, Id, Result, Tx};
use serde::Serialize;
use serde_json::{Map, Value as Json, json};
use utoipa::ToSchema;

use super::clocks::{self, Standing};
use super::entries::as_of::{AsOf, Within};
use super::guards::{self, Offer};
use super::matter::{KEYS, Matter, Rules};
use super::plain::Plain;
use super::queue::{Directory, Names};
use super::sentences::{self, Facts};
use super::spine::{RunningLimit, Step};
use super::timeline::{Line, Timeline};
use super::{entries, store, words};
use crate::base::{associations, attachments};

/// One limit of a matter with its arithmetic.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct ClockView {
    /// Key of the limit.
    pub limit: String,
    /// Its name.
    pub title: String,
    /// How long: `4 个工作小时`.
    pub rule: String,
    /// Whether it was promised to those outside.
    pub promise: bool,
    /// When it began.
    pub started_at: String,
    /// When it falls due.
    pub due_at: String,
    /// When it was met or stopped; none while it runs.
    pub met_at: Option<String>,
    /// Whether it was or is missed.
    pub late: bool,
    /// The arithmetic in one sentence.
    pub sentence: String,
}

/// An attachment, for the link to it.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct FileView {
    /// Id.
    pub id: String,
    /// Name.
    pub name: String,
    /// Bytes.
    pub size: i64,
    /// SM3 of the content.
    pub digest: String,
    /// The step it came with; none where it came with the matter itself.
    #[serde(skip)]
    pub step: Option<String>,
}

/// Whether a reader looks at a matter from inside the office, or follows it as their own. Through a post in a unit: whoever
/// also speaks for an association reads its matters as the association does.
pub fn inside<M: Matter>(tx: &Tx, rules: Rules<'_>, matter: &M) -> Result<bool> {
    Ok(matter.admitted(&inside_scope::<M>(tx, rules.of)?))
}

/// What a reader looks at from inside the office.
pub fn inside_scope<'c, M: Matter>(tx: &Tx<'c>, of: &Definition) -> Result<Scope<'c>> {
    let ctx = tx.ctx();
    match &ctx.actor {
        Actor::System | Actor::CommandLine => Ok(Scope::all()),
        Actor::Public => Ok(Scope::none()),
        Actor::Person { .. } => {
            let Some(mut right) = ctx.may(&of.view()) else { return Ok(Scope::none()) };
            right.through.retain(|through| through.post.is_some_and(|post| post.kind == OfficeKind::Unit));
            Ok(M::reach(tx, right)?.scope(&KEYS))
        }
    }
}

/// Asks at once for what the entries of a list name beside: other entries, and all the associations they are about.
fn ahead(tx: &Tx, matters: &[Plain]) -> Result<()> {
    let about: BTreeSet<String> = matters.iter().flat_map(Plain::associations).collect();
    associations::names(tx, &about.into_iter().collect::<Vec<_>>())?;
    let mut named = BTreeSet::new();
    for matter in matters.iter().filter(|matter| entries::is_entry(&matter.spine.id)) {
        let of = Rules::of(tx.ctx(), &matter.spine)?.of;
        let fields = of.fields.iter().filter(|field| field.control == Control::Entry);
        named.extend(fields.filter_map(|field| matter.said(&field.key)?.as_str().map(str::to_owned)));
    }
    entries::names(tx, &named.into_iter().collect::<Vec<_>>()).map(drop)
}

/// A limit with its arithmetic, recomputed from the pinned rule.
pub fn clock(ctx: &Ctx, of: &Definition, clock: &RunningLimit) -> ClockView {
    let title = of.limit(&clock.limit_key).map_or_else(|| clock.limit_key.clone(), |l| l.title.clone());
    ClockView {
        limit: clock.limit_key.clone(),
        title,
        rule: clocks::spoken(&clock.rule),
        promise: clock.promise,
        started_at: rfc3339(clock.started_at),
        due_at: rfc3339(clock.due_at),
        met_at: clock.met_at.map(rfc3339),
        late: match clocks::standing(of, clock) {
            Standing::Running => ctx.now > clock.due_at,
            Standing::Met { late, .. } | Standing::Stopped { late, .. } => late,
        },
        sentence: clocks::sentence(ctx, clock),
    }
}

/// A matter of the pack as one reader sees it, read once for everything that is said of it.
pub struct Seen<'a> {
    /// What it is under.
    pub rules: Rules<'a>,
    /// The matter.
    pub matter: Plain,
    /// Whether the reader looks from inside.
    pub inside: bool,
    /// Names it refers to.
    pub names: Names,
    /// What sentences may say of it.
    pub facts: Facts,
    /// Whether what is due next was promised to those outside.
    promised: bool,
    /// Where an entry stands and yet does not hold today.
    held: Option<entries::Held>,
}

impl<'a> Seen<'a> {
    /// Looks at a matter.
    pub fn new(tx: &Tx<'a>, matter: Plain) -> Result<Seen<'a>> {
        let rules = Rules::of(tx.ctx(), &matter.spine)?;
        let facts = sentences::of_plain(tx, rules, &matter)?;
        let named = |key: &str| facts.get(key).cloned().unwrap_or_default();
        let names = Names {
            unit: named("unit"),
            next_unit: if matter.spine.next_unit.is_some() { named("to_unit") } else { String::new() },
            association: named("association"),
            handler: named("handler"),
        };
        let limit = matter.spine.due_limit.as_deref().and_then(|key| rules.of.limit(key));
        let promised =
            limit.filter(|limit| tx.ctx().policy.is_settled(limit)).map(|limit| limit.choose(&matter));
        let promised = promised.is_some_and(|chosen| chosen.promise() == Some(Promise::Public));
        let held = entries::Held::of(&matter, tx.ctx().today());
        Ok(Seen { inside: inside(tx, rules, &matter)?, rules, matter, names, facts, promised, held })
    }

    /// Looks at the matters of a list, whose names are asked for at once.
    pub fn all(tx: &Tx<'a>, matters: Vec<Plain>) -> Result<Vec<Seen<'a>>> {
        drop(Directory::of(tx, &matters)?);
        ahead(tx, &matters)?;
        matters.into_iter().map(|matter| Seen::new(tx, matter)).collect()
    }

    /// The same as they stood on a past day, on which they held.
    pub fn then(tx: &Tx<'a>, matters: Vec<Plain>) -> Result<Vec<Seen<'a>>> {
        Ok(Seen::all(tx, matters)?.into_iter().map(|seen| Seen { held: None, ..seen }).collect())
    }

    /// Whether this reader may see what was filled in for a field.
    pub fn shows(&self, field: &Field) -> bool {
        self.inside || !self.rules.of.hides(field)
    }

    /// The fields that this reader may see and that say something.
    pub fn fields(&self) -> impl Iterator<Item = (&'a Field, &Json)> {
        let all = self.rules.of.fields.iter().filter(|field| self.shows(field));
        all.filter_map(|field| Some((field, self.matter.said(&field.key)?)))
    }

    /// What its state is called to this reader.
    pub fn state_label(&self) -> String {
        if let Some(held) = self.held {
            return held.label().to_owned();
        }
        let state = self.rules.of.state(&self.matter.spine.state);
        let label =
            state.map(|s| if self.inside { s.label_for(&self.matter) } else { s.public_label.as_str() });
        label.unwrap_or(&self.matter.spine.state).to_owned()
    }

    /// The tone of its pill.
    pub fn tone(&self) -> &'static str {
        if self.held.is_some() {
            return Tone::Amber.class();
        }
        self.rules.of.state(&self.matter.spine.state).map_or("muted", |state| state.tone.class())
    }

    /// What it is about, in a sentence or two.
    pub fn summary(&self) -> String {
        sentences::summary(self.rules, &self.matter, &self.facts)
    }

    /// What a fact of the definition says, in words: of the spine, of a field, or of what acts stamped.
    pub fn say(&self, key: &str) -> String {
        use huitong_kernel::condition::Value;
        let spine = &self.matter.spine;
        if KEYS.association == Some(key) {
            return self.names.association.clone();
        }
        match key {
            "state" => return self.state_label(),
            "name" => return spine.title.clone(),
            "number" => return spine.number.clone(),
            "unit" => return self.names.unit.clone(),
            "desk_unit" => return self.facts.get("to_unit").cloned().unwrap_or_default(),
            "assignee" if self.inside => return self.names.handler.clone(),
            "assignee" | "owner" => return String::new(),
            "due_at" => {
                let due = self.due().and_then(|_| self.facts.get("due"));
                return due.cloned().unwrap_or_default();
            }
            "kind" => {
                let field = self.rules.of.standing_for(huitong_kernel::pack::StandsFor::Kind);
                return field.and_then(|field| self.facts.get(&field.key)).cloned().unwrap_or_default();
            }
            _ => {}
        }
        if let Some(field) = self.rules.of.field(key) {
            let shown = self.facts.get(key).filter(|_| self.shows(field));
            return shown.cloned().unwrap_or_default();
        }
        // What is known from the rows within is said with its unit, as sentences say it.
        if self.rules.of.is_derived(key) {
            return self.facts.get(key).cloned().unwrap_or_default();
        }
        match self.matter.fact(key) {
            Some(Value::Instant(at)) => minute_text(at),
            Some(Value::Date(day)) => day_text(day),
            Some(Value::Text(text)) => text,
            Some(Value::Number(number)) => number.to_string(),
            Some(Value::Flag(yes)) => String::from(if yes { "是" } else { "否" }),
            None => self.facts.get(key).cloned().unwrap_or_default(),
        }
    }

    /// What a fact of the definition is called.
    pub fn label(&self, key: &str) -> String {
        let fact = self.rules.of.facts.iter().find(|fact| fact.key == key);
        fact.map_or_else(|| key.to_owned(), |fact| fact.label.clone())
    }

    /// When something is due next, as far as this reader may know.
    pub fn due(&self) -> Option<(i64, String)> {
        let spine = &self.matter.spine;
        let limit = spine.due_limit.as_deref().and_then(|key| self.rules.of.limit(key));
        spine.due_at.filter(|_| self.inside || self.promised).zip(limit.map(|limit| limit.title.clone()))
    }

    /// How the limit is measured that is due next.
    pub fn measure(&self, ctx: &Ctx) -> Measure {
        clocks::measure_next(ctx, self.rules, &self.matter)
    }

    /// The facts at the head of its page.
    pub fn headline(&self) -> Vec<Fact> {
        let one = |key: &String| Fact { label: self.label(key), value: self.say(key), ..Fact::default() };
        self.rules.of.page.headline.iter().map(one).filter(|fact| !fact.value.is_empty()).collect()
    }

    /// The item of a list, as programs read it.
    pub fn json(&self, tx: &Tx) -> Result<Map<String, Json>> {
        let spine = &self.matter.spine;
        let due = self.due();
        let mut item = Map::new();
        let mut put = |key: &str, value: Json| drop(item.insert(key.to_owned(), value));
        put("id", json!(spine.id));
        put("procedure", json!(spine.procedure));
        put("number", json!(spine.number));
        put("version", json!(spine.version));
        put("state", json!(spine.state));
        put("state_label", json!(self.state_label()));
        put("name", json!(spine.title));
        put("summary", json!(self.summary()));
        put("association", json!(spine.association));
        put("association_name", json!(self.names.association));
        put("unit", json!(spine.unit));
        put("unit_name", json!(self.names.unit));
        put("assignee", json!(spine.assignee.as_ref().filter(|_| self.inside)));
        put("assignee_name", json!(if self.inside { self.names.handler.as_str() } else { "" }));
        put("began_at", json!(rfc3339(spine.began_at)));
        put("due_at", json!(due.as_ref().map(|(at, _)| rfc3339(*at))));
        put("due_limit", json!(due.as_ref().map(|(_, title)| title.as_str()).unwrap_or_default()));
        put("overdue", json!(due.is_some_and(|(at, _)| at < tx.ctx().now)));
        put("closed_at", json!(spine.closed_at.map(rfc3339)));
        put("updated_at", json!(rfc3339(spine.updated_at)));
        if self.rules.of.is_register() {
            self.of_entry(tx, &mut item)?;
        }
        for (field, answer) in self.fields() {
            words::json(tx, self.rules.pack, field, answer, &mut item)?;
        }
        Ok(item)
    }

    /// What an entry has beside, and without what only matters have.
    fn of_entry(&self, tx: &Tx, item: &mut Map<String, Json>) -> Result<()> {
        for key in entries::api::ONLY_MATTERS.into_iter().chain(["procedure"]) {
            item.remove(key);
        }
        item.insert(String::from("register"), json!(self.rules.of.key));
        item.insert(String::from("from_on"), json!(self.matter.from_on));
        item.insert(String::from("until_on"), json!(self.matter.until_on));
        item.insert(String::from("parent"), json!(self.matter.parent));
        if self.rules.of.register.as_ref().is_some_and(|register| register.several) {
            let all = self.matter.associations().into_iter().map(|id| {
                let name = associations::name_of(tx, &Id::stored(id.clone()))?;
                Ok(json!({"id": id, "name": name}))
            });
            let all: Result<Vec<Json>> = all.collect();
            item.insert(String::from("about"), Json::Array(all?));
        }
        let register = self.rules.of.register.as_ref();
        // What holds for a year only is told with the sentences of a page, not kept.
        let moves = |key: &str| {
            register.is_some_and(|of| of.derived.iter().any(|one| one.key == key && one.this_year))
        };
        for (key, value) in self.matter.derived().filter(|(key, _)| !moves(key)) {
            item.insert(key.clone(), value.clone());
        }
        Ok(())
    }

    /// All of it, as programs read it.
    pub fn full(&self, tx: &Tx<'a>) -> Result<Map<String, Json>> {
        self.full_on(tx, None)
    }

    /// The same as it stood on a past day: without what came later, and nothing can be done there.
    pub fn full_on(&self, tx: &Tx<'a>, past: Option<AsOf>) -> Result<Map<String, Json>> {
        let mut item = self.json(tx)?;
        let (steps, files) = self.until(tx, past)?;
        let mut put = |key: &str, value: Json| drop(item.insert(key.to_owned(), value));
        put("pack", json!(self.matter.spine.pack));
        let within = match past {
            Some(past) => self.rows_on(tx, past)?,
            None => self.rows(tx)?,
        };
        for (of, rows) in within {
            let rows: Result<Vec<Map<String, Json>>> = rows.iter().map(|row| row.json(tx)).collect();
            put(of.short(), json!(rows?));
        }
        put("timeline", serde_json::to_value(self.lines(tx, &steps)?)?);
        let clocks = self.clocks(tx)?;
        let clocks: Vec<ClockView> = clocks.iter().map(|one| clock(tx.ctx(), self.rules.of, one)).collect();
        put("clocks", serde_json::to_value(clocks)?);
        put("files", serde_json::to_value(files)?);
        let acts = if past.is_some() { Vec::new() } else { self.offers(tx)? };
        put("acts", serde_json::to_value(acts)?);
        Ok(item)
    }

    /// What lies within an entry, one kind after the other, the latest first.
    pub fn rows(&self, tx: &Tx<'a>) -> Result<Vec<(&'a Definition, Vec<Seen<'a>>)>> {
        self.rows_of(tx, &|key| entries::children(tx, &self.matter.spine.id, key))
    }

    /// The same on a past day.
    pub fn rows_on(&self, tx: &Tx<'a>, past: AsOf) -> Result<Vec<(&'a Definition, Vec<Seen<'a>>)>> {
        let id = &self.matter.spine.id;
        let within = Within::read(tx, self.rules.of, Some(id), past)?;
        self.rows_of(tx, &|key| Ok(within.rows(id, key).to_vec()))
    }

    fn rows_of(
        &self,
        tx: &Tx<'a>,
        rows: &dyn Fn(&str) -> Result<Vec<Plain>>,
    ) -> Result<Vec<(&'a Definition, Vec<Seen<'a>>)>> {
        let mut all = Vec::new();
        for key in self.rules.of.register.iter().flat_map(|register| &register.within) {
            let Some(of) = self.rules.pack.definition(key) else { continue };
            all.push((of, Seen::all(tx, rows(key)?)?));
        }
        Ok(all)
    }

    /// Its steps.
    pub fn steps(&self, tx: &Tx) -> Result<Vec<Step>> {
        store::steps(tx, &self.matter.spine.id)
    }

    /// Its steps and the files that this reader may open, as far as they were there on a past day.
    pub fn until(&self, tx: &Tx, past: Option<AsOf>) -> Result<(Vec<Step>, Vec<FileView>)> {
        let (mut steps, mut files) = (self.steps(tx)?, self.files(tx)?);
        if let Some(past) = past {
            steps.retain(|step| past.has_seen(step.at));
            let came = |step: &String| steps.iter().any(|known| known.id.as_str() == step);
            files.retain(|file| file.step.as_ref().map_or(past.has_seen(self.matter.spine.began_at), came));
        }
        Ok((steps, files))
    }

    /// Its timeline for this reader.
    pub fn lines(&self, tx: &Tx, steps: &[Step]) -> Result<Vec<Line>> {
        Timeline { rules: self.rules, matter: &self.matter, steps, facts: &self.facts, inside: self.inside }
            .lines(tx)
    }

    /// Its clocks, as far as this reader may know of them.
    pub fn clocks(&self, tx: &Tx) -> Result<Vec<RunningLimit>> {
        let mut clocks = store::clocks(tx, &self.matter.spine.id)?;
        clocks.retain(|clock| self.inside || clock.promise);
        Ok(clocks)
    }

    /// Its files that this reader may open.
    pub fn files(&self, tx: &Tx) -> Result<Vec<FileView>> {
        let files = attachments::list(tx, &self.matter.spine.id, self.inside)?;
        let view = |f: attachments::Attachment| FileView {
            id: f.id.to_string(),
            name: f.name,
            size: f.size,
            digest: f.digest,
            step: f.step,
        };
        Ok(files.into_iter().map(view).collect())
    }

    /// What this reader may do.
    pub fn offers(&self, tx: &Tx) -> Result<Vec<Offer>> {
        let mut offers = guards::offers(tx, self.rules, &self.matter)?;
        for offer in &mut offers {
            let Some(act) = self.rules.of.act(&offer.act) else { continue };
            offer.unmet.extend(entries::correction::barred(tx, act, &self.matter)?);
            offer.allowed = offer.unmet.is_empty();
        }
        Ok(offers)
    }
}
