//! Stories: a definition walked through by its people, readable by an official; each is its test.
//!
//! Here stories are read and checked against the definition; a city in memory walks them.

use std::collections::BTreeMap;

use jiff::civil::DateTime;
use serde_json::{Map, Value as Json};
use toml_edit::Value as Toml;

use super::city::City;
use super::definition::Definition;
use super::desk::{Desk, Ref};
use super::file::Shelf;
use super::finding::{At, did_you_mean};
use super::table::{self, Tab};

/// A story.
#[derive(Clone, Debug, PartialEq)]
pub struct Story {
    /// What it tells.
    pub title: String,
    /// Key of the procedure.
    pub of: String,
    /// Associations it brings, by the name it has for them.
    pub associations: Vec<Brought>,
    /// Entries of registers that are there before it begins, in order.
    pub entries: Vec<Entered>,
    /// Its people, by the name it has for them.
    pub cast: Vec<Player>,
    /// What they do, in order.
    pub steps: Vec<Step>,
    /// Where it stands.
    pub at: At,
}

/// An association that a story brings along.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Brought {
    /// The name the story has for it (`pets`).
    pub key: String,
    /// Its full name.
    pub name: String,
    /// Kinds of links it has, each with the key of the unit.
    pub links: Vec<(String, String)>,
    /// Who holds which post in it, post and name.
    pub people: Vec<(String, String)>,
}

/// An entry of a register that a story brings along.
#[derive(Clone, Debug, PartialEq)]
pub struct Entered {
    /// The name the story has for it.
    pub key: String,
    /// Key of the register.
    pub of: String,
    /// What its beginning act is filled in with.
    pub form: Map<String, Json>,
}

/// Somebody of a story.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Player {
    /// The name the story has for them (`民政`).
    pub name: String,
    /// Key of the role.
    pub role: String,
    /// Key of the unit, or the story's name of an association.
    pub office: String,
}

/// One step of a story.
#[derive(Clone, Debug, PartialEq)]
pub struct Step {
    /// When, civil time.
    pub when: DateTime,
    /// Who.
    pub who: String,
    /// Key of another procedure, where the act is done on the matter of it that came of what was done before.
    pub on: Option<String>,
    /// Key of the act; none where somebody only looks.
    pub act: Option<String>,
    /// What lies within the entry and is acted on, by its short key (`activity`): the row entered last. None: the entry itself.
    pub row: Option<String>,
    /// What the form is filled in with.
    pub form: Map<String, Json>,
    /// The state afterwards, in words.
    pub state: Option<String>,
    /// What is due afterwards, civil time, or `无`.
    pub due: Option<String>,
    /// The act is refused with words that hold these.
    pub refused: Option<String>,
    /// Fields that are wrong, with words that their message holds.
    pub wrong: Vec<(String, String)>,
    /// What somebody sees: `在`, `不在`, or words that their page holds.
    pub sees: Option<String>,
    /// Where it stands.
    pub at: At,
}

/// Reads `[[stories]]` of `examples/*.toml`.
pub(super) fn read(desk: &Desk, shelf: &Shelf, procedures: &[Definition], city: &City) -> Vec<Story> {
    let quiet = Desk::default();
    let mut stories = Vec::new();
    for file in shelf.take_folder("examples/", ".toml") {
        // What does not parse was said when the examples were read.
        let Some(document) = table::parse(&quiet, file) else { continue };
        let tab = table::open(desk, file, &document);
        tab.know_all();
        let of = tab.quiet_text("of");
        for tab in tab.tables("stories") {
            stories.extend(one(&tab, of.as_deref(), procedures, city));
        }
    }
    stories
}

fn one(tab: &Tab<'_>, of: Option<&str>, procedures: &[Definition], city: &City) -> Option<Story> {
    let title = tab.text("title");
    let of = tab.maybe_refer("of", Ref::PROCEDURE).or(of.map(str::to_owned));
    let Some(of) = of else {
        tab.desk.say(&tab.at(""), "没有写是哪一件事项", "请补上 of = \"事项的代码\"");
        return None;
    };
    let procedure = procedures.iter().find(|procedure| procedure.key == of);
    let associations = brought(tab, city);
    let entries = entries(tab);
    let cast = cast(tab, &associations, city);
    let steps = tab.tables("steps");
    let steps = steps.iter().filter_map(|tab| step(tab, &cast, (procedure, procedures))).collect();
    Some(Story { title, of, associations, entries, cast, steps, at: tab.at("") })
}

fn brought(tab: &Tab<'_>, city: &City) -> Vec<Brought> {
    let Some(given) = tab.table("given") else { return Vec::new() };
    given.set_aside("entries");
    let all = given.entries("associations").into_iter().map(|(key, tab)| {
        let links = tab.pairs("links").into_iter().map(|(kind, unit, at)| {
            tab.desk.refer(Ref::LINK_KIND, &kind, &at);
            known_unit(tab.desk, &unit, city, &at);
            (kind, unit)
        });
        let links = links.collect();
        let people = tab.pairs("people").into_iter().map(|(title, name, _)| (title, name)).collect();
        Brought { links, people, name: tab.text("name"), key }
    });
    all.collect()
}

/// `[stories.given.entries] branch = { of = "party_org", form = { … } }`.
fn entries(tab: &Tab<'_>) -> Vec<Entered> {
    let Some(given) = tab.table("given") else { return Vec::new() };
    given.set_aside("associations");
    let all = given.entries("entries").into_iter().map(|(key, tab)| Entered {
        of: tab.refer("of", Ref::REGISTER),
        form: tab.table("form").map(|form| filled(&form)).unwrap_or_default(),
        key,
    });
    all.collect()
}

fn known_unit(desk: &Desk, unit: &str, city: &City, at: &At) {
    if !city.units.iter().any(|known| known.key == unit) {
        let near = did_you_mean(unit, city.units.iter().map(|known| known.key.as_str()));
        desk.say(at, format!("没有单位“{unit}”"), near);
    }
}

/// `"民政" = "handler@civil_affairs"`.
fn cast(tab: &Tab<'_>, associations: &[Brought], city: &City) -> Vec<Player> {
    let all = tab.pairs("cast").into_iter().filter_map(|(name, text, at)| {
        let Some((role, office)) = text.split_once('@') else {
            tab.desk.say(&at, format!("看不懂“{text}”"), "写成“角色@单位”，例如 \"handler@civil_affairs\"");
            return None;
        };
        tab.desk.refer(Ref::ROLE, role, &at);
        if !associations.iter().any(|known| known.key == office) {
            known_unit(tab.desk, office, city, &at);
        }
        Some(Player { name, role: role.to_owned(), office: office.to_owned() })
    });
    all.collect()
}

/// What a step is done on: the definition of the story, or of a row within an entry of it.
fn acted_on<'d>(tab: &Tab<'_>, of: Option<&'d Definition>, all: &'d [Definition]) -> Option<&'d Definition> {
    let (Some(of), Some(name)) = (of, tab.maybe("row")) else { return of };
    let within = || of.register.iter().flat_map(|register| &register.within);
    let key = within().find(|key| key.rsplit('.').next() == Some(name.as_str()));
    if key.is_none() {
        let near = did_you_mean(&name, within().filter_map(|key| key.rsplit('.').next()));
        tab.desk.say(&tab.at("row"), format!("没有明细“{name}”"), near);
    }
    all.iter().find(|other| Some(&other.key) == key)
}

fn step(tab: &Tab<'_>, cast: &[Player], (of, all): (Option<&Definition>, &[Definition])) -> Option<Step> {
    let on = tab.maybe_refer("on", Ref::PROCEDURE);
    let of = match &on {
        Some(key) => all.iter().find(|other| other.key == *key),
        None => of,
    };
    let written = tab.text("at");
    let when = written.replace(' ', "T").parse().ok();
    if when.is_none() && !written.is_empty() {
        tab.desk.say(&tab.at("at"), format!("看不懂时间“{written}”"), "写成 \"2025-03-14 09:30\"");
    }
    let who = tab.text("who");
    if !who.is_empty() && !cast.iter().any(|player| player.name == who) {
        let near = did_you_mean(&who, cast.iter().map(|player| player.name.as_str()));
        tab.desk.say(&tab.at("who"), format!("cast 里没有“{who}”"), near);
    }
    let (act, row) = (tab.maybe("act"), tab.maybe("row"));
    let procedure = acted_on(tab, of, all);
    if let (Some(act), Some(procedure)) = (&act, procedure)
        && procedure.act(act).is_none()
    {
        let near = did_you_mean(act, procedure.acts.iter().map(|act| act.key.as_str()));
        tab.desk.say(&tab.at("act"), format!("没有办理步骤“{act}”"), near);
    }
    let state = tab.maybe("state");
    if let (Some(state), Some(procedure)) = (&state, procedure)
        && !procedure
            .states
            .iter()
            .any(|known| known.label == *state || known.labels.iter().any(|now| now.label == *state))
    {
        let near = did_you_mean(state, procedure.states.iter().map(|state| state.label.as_str()));
        tab.desk.say(&tab.at("state"), format!("没有状态“{state}”"), near);
    }
    let form = tab.table("form").map(|form| filled(&form)).unwrap_or_default();
    let wrong = tab.pairs("wrong").into_iter().map(|(field, text, _)| (field, text)).collect();
    let step = Step {
        due: tab.maybe("due"),
        refused: tab.maybe("refused"),
        sees: tab.maybe("sees"),
        at: tab.at(""),
        on,
        when: when?,
        who,
        act,
        row,
        form,
        state,
        wrong,
    };
    if step.act.is_none() && step.sees.is_none() {
        tab.desk.say(&tab.at(""), "这一步没有写做什么、看到什么", "请写 act = \"…\" 或者 sees = \"…\"");
    }
    Some(step)
}

fn filled(tab: &Tab<'_>) -> Map<String, Json> {
    tab.know_all();
    tab.keys().into_iter().filter_map(|key| Some((key.clone(), json(tab.raw(&key)?)))).collect()
}

/// A value of the story as a program would send it.
fn json(value: &Toml) -> Json {
    match value {
        Toml::String(text) => Json::String(text.value().clone()),
        Toml::Integer(number) => Json::from(*number.value()),
        Toml::Float(number) => Json::String(number.value().to_string()),
        Toml::Boolean(truth) => Json::Bool(*truth.value()),
        Toml::Datetime(at) => Json::String(at.value().to_string()),
        Toml::Array(all) => Json::Array(all.iter().map(json).collect()),
        Toml::InlineTable(table) => {
            let fields: BTreeMap<String, Json> =
                table.iter().map(|(key, value)| (key.to_owned(), json(value))).collect();
            Json::Object(fields.into_iter().collect())
        }
    }
}
