//! The page of one act: its form with what is known filled in, what it rests on beside it, why it cannot be done where it cannot.

use askama::Template;
use huitong_kernel::error::{FieldError, Kind};
use huitong_kernel::http::page::{Choice, Fact, Link, Shell};
use huitong_kernel::http::{Call, Filled, FormView, POST, Pairs, Reply};
use huitong_kernel::pack::{Act, CURRENT, Control, Definition, Field, Form, Keeping, RelativeDay, StandsFor};
use huitong_kernel::{Error, Id, OrMissing, Result, Tx};
use serde_json::Value as Json;

use crate::base::matters::api::{act_key, definition, found, input};
use crate::base::matters::case::out_of_reach;
use crate::base::matters::entries::correction;
use crate::base::matters::list as lists;
use crate::base::matters::matter::{KEYS, Matter as _, Rules};
use crate::base::matters::plain::Plain;
use crate::base::matters::timeline::Line;
use crate::base::matters::view::Seen;
use crate::base::matters::{entries, entry, guards, refs, words};
use crate::base::{associations, identity, units};

#[derive(Template)]
#[template(path = "base/matters/pages/act.html")]
struct ActPage {
    shell: Shell,
    list: String,
    list_title: String,
    /// The matter; empty where this act begins one.
    href: String,
    number: String,
    /// Where the form goes.
    action: String,
    label: String,
    /// Whether the button warns.
    grave: bool,
    /// What can be done instead, where this cannot be done now.
    next: Option<Link>,
    /// What the button says: that it is done on purpose where others were faster.
    verb: String,
    state: String,
    tone: &'static str,
    form: FormView,
    unmet: Vec<String>,
    /// What others did meanwhile, where the page was sent from an older version.
    since: Vec<Meanwhile>,
    late: bool,
    files_lost: bool,
    version: i64,
    token: String,
    summary: String,
    /// What was done last, with its words.
    last: Option<Meanwhile>,
    facts: Vec<Fact>,
    /// Where what is filled in comes from.
    known: Vec<String>,
}

/// One act of somebody else since the page was opened.
struct Meanwhile {
    title: String,
    who: String,
    time: String,
    text: String,
}

impl Meanwhile {
    fn of(line: Line) -> Meanwhile {
        let time = huitong_kernel::clock::parse_instant(&line.at).map(huitong_kernel::clock::minute_text);
        Meanwhile { title: line.title, who: line.who, time: time.unwrap_or_default(), text: line.text }
    }
}

/// `GET /{path}/new/{act}`.
pub fn fill(c: &Call) -> Result<Reply> {
    draw_new(c, &[])
}

/// `POST /{path}/new/{act}`.
pub fn begin(c: &Call) -> Result<Reply> {
    let of = definition(c)?;
    let done = input(c).and_then(|input| c.write(|tx| entry::begin(tx, &of.key, act_key(c), &input)));
    match done {
        Ok(done) => c.see_saying(&format!("/{}/{}", of.path, done.id), &done.said),
        Err(error) => c.again(error, |errors| draw_new(c, errors)),
    }
}

/// `GET /{path}/{id}/{act}`.
pub fn form(c: &Call) -> Result<Reply> {
    draw(c, &[], None)
}

/// `POST /{path}/{id}/{act}`: does it and goes back to the matter; whoever was slower sees what changed and loses nothing.
pub fn perform(c: &Call) -> Result<Reply> {
    let of = definition(c)?;
    let id = c.param("id").to_owned();
    let done =
        input(c).and_then(|input| c.write(|tx| correction::perform(tx, &of.key, &id, act_key(c), &input)));
    match done {
        Ok(done) => {
            // Who has just handed it on may not see it any more.
            let stays = c.read(|tx| Ok(found(c, tx, of).is_ok())).unwrap_or(false);
            let next = if stays { format!("/{}/{id}", of.path) } else { format!("/{}", of.path) };
            c.see_saying(&next, &done.done().said)
        }
        Err(error) if error.kind() == Kind::Conflict => Ok(draw(c, &[], Some(&error))?.status(409)),
        Err(error) => c.again(error, |errors| draw(c, errors, None)),
    }
}

fn draw_new(c: &Call, errors: &[FieldError]) -> Result<Reply> {
    let of = definition(c)?;
    let pack = c.ctx.pack()?;
    let rules = Rules { pack, of };
    let act = of.act(act_key(c)).or_missing()?;
    let form = of.form_of(act).or_missing()?;
    let (view, known) = c.read(|tx| view(c, tx, rules, form, None, errors))?;
    let mut shell = c.shell(&act.label)?;
    shell.has_errors = !errors.is_empty();
    let redrawn = c.route.method == POST;
    c.page(&ActPage {
        list: format!("/{}", of.path),
        list_title: of.title.clone(),
        href: String::new(),
        number: String::new(),
        action: format!("/{}/new/{}", of.path, act.key),
        label: act.label.clone(),
        verb: act.button_in("").to_owned(),
        grave: false,
        next: None,
        state: String::new(),
        tone: "",
        unmet: Vec::new(),
        since: Vec::new(),
        late: false,
        files_lost: redrawn && !c.filled()?.files.is_empty(),
        version: 0,
        token: c.submit_token(),
        summary: String::new(),
        last: None,
        facts: Vec::new(),
        form: view,
        known,
        shell,
    })
}

fn draw(c: &Call, errors: &[FieldError], late: Option<&Error>) -> Result<Reply> {
    let of = definition(c)?;
    let mut page = c.read(|tx| drawn(c, tx, of, errors, late))?;
    let (title, number) = (page.shell.heading.clone(), page.number.clone());
    page.shell = c.shell(&page.label)?;
    page.shell.heading = title;
    page.shell.title = format!("{} {number}", page.label);
    page.shell.has_errors = !errors.is_empty();
    page.token = c.submit_token();
    c.page(&page)
}

fn drawn(c: &Call, tx: &Tx, of: &Definition, errors: &[FieldError], late: Option<&Error>) -> Result<ActPage> {
    let seen = Seen::new(tx, found(c, tx, of)?)?;
    let (rules, spine) = (seen.rules, &seen.matter.spine);
    let act = rules.of.act(act_key(c)).or_missing()?;
    if !seen.matter.admitted(&Plain::reach(tx, c.ctx.right(&act.name)?)?.scope(&KEYS)) {
        return Err(out_of_reach(rules));
    }
    let nothing;
    let form = match rules.of.form_of(act) {
        Some(form) => form,
        None => {
            nothing = Form {
                key: String::new(),
                title: act.label.clone(),
                intro: String::new(),
                fields: Vec::new(),
                source: act.source.clone(),
            };
            &nothing
        }
    };
    let (view, known) = view(c, tx, rules, form, Some(&seen), errors)?;
    let label = act.label_in(&spine.state).to_owned();
    let since = match late {
        Some(_) => meanwhile(c, tx, &seen)?,
        None => Vec::new(),
    };
    let href = format!("/{}/{}", of.path, spine.id);
    let asked: Vec<&str> = form.fields.iter().map(|field| field.key.as_str()).collect();
    let beside = seen.fields().filter(|(field, _)| !asked.contains(&field.key.as_str()));
    let mut facts = Vec::new();
    for (field, answer) in beside {
        let value = match answer.as_array().filter(|_| field.control == Control::Table) {
            Some(rows) => words::rows(field, rows).join("\n"),
            None => words::say(tx, rules.pack, field, Some(answer))?,
        };
        facts.push(Fact {
            label: field.label.clone(),
            wide: value.chars().count() > 20,
            value,
            ..Fact::default()
        });
    }
    let redrawn = c.route.method == POST;
    let barred = correction::barred(tx, act, &seen.matter)?;
    let waiting = match &barred {
        Some(_) => super::entry::waiting(tx, &spine.id, seen.inside)?.filter(|link| !link.href.is_empty()),
        None => None,
    };
    let next = guards::primary(tx, rules, &seen.matter)?
        .filter(|next| next.act != act.key)
        .map(|next| Link { href: format!("{href}/{}", next.act), label: next.label });
    let mut unmet = guards::unmet(&c.ctx, rules, act, &seen.matter);
    unmet.extend(barred);
    // What only the act itself could tell is said, too.
    unmet.extend(
        late.filter(|_| unmet.is_empty() && since.is_empty()).map(|error| error.message().to_owned()),
    );
    let late = late.is_some();
    Ok(ActPage {
        shell: Shell { heading: spine.title.clone(), ..Shell::default() },
        list: format!("/{}", of.path),
        list_title: of.title.clone(),
        number: spine.number.clone(),
        action: format!("{href}/{}", act.key),
        verb: if late {
            format!("核对无误，仍要{label}")
        } else {
            act.button_in(&spine.state).to_owned()
        },
        grave: rules.of.gives_up(act),
        next: waiting.map(|link| Link { label: format!("看更正 {}", link.label), ..link }).or(next),
        state: seen.state_label(),
        tone: seen.tone(),
        unmet,
        files_lost: redrawn && !c.filled()?.files.is_empty(),
        version: spine.version,
        token: String::new(),
        summary: seen.summary(),
        last: last(tx, &seen)?,
        form: view,
        facts,
        known,
        since,
        late,
        label,
        href,
    })
}

/// What others did since the page was opened.
fn meanwhile(c: &Call, tx: &Tx, seen: &Seen<'_>) -> Result<Vec<Meanwhile>> {
    let opened = c.filled()?.version().unwrap_or(seen.matter.spine.version);
    let steps = seen.steps(tx)?;
    let later: Vec<_> = steps.into_iter().filter(|step| step.version > opened).collect();
    let lines = seen.lines(tx, &later)?;
    Ok(lines.into_iter().map(Meanwhile::of).collect())
}

/// What was done last: an answer, a report, a reason to look at again.
fn last(tx: &Tx, seen: &Seen<'_>) -> Result<Option<Meanwhile>> {
    Ok(seen.lines(tx, &seen.steps(tx)?)?.pop().map(Meanwhile::of))
}

/// The form with what was typed, else with what is known; also says what was filled in and where it comes from.
fn view(
    c: &Call,
    tx: &Tx,
    rules: Rules<'_>,
    form: &Form,
    seen: Option<&Seen<'_>>,
    errors: &[FieldError],
) -> Result<(FormView, Vec<String>)> {
    let (typed, known) = match c.route.method == POST {
        true => (c.filled()?.clone(), Vec::new()),
        false => known(c, tx, rules, form, seen)?,
    };
    let mut view = FormView::new(form, rules.pack, &typed, errors);
    let kept =
        |field: &Field| seen.and_then(|seen| seen.matter.said(&field.key)?.as_str().map(str::to_owned));
    let association = seen.and_then(|seen| seen.matter.spine.association.clone());
    let unit = unit_of(rules, form, &typed, seen);
    for field in &form.fields {
        view = match field.control {
            Control::Association => view.suggest(&field.key, "/orgs/suggest?q="),
            Control::Entry => {
                let register = field.register.as_deref().and_then(|key| rules.pack.definition(key));
                let path = register.map_or("", |of| of.path.as_str());
                let queue = field.only.first().map(|key| format!("queue={key}&")).unwrap_or_default();
                view.suggest(&field.key, &format!("/{path}/suggest?{queue}q="))
            }
            Control::Unit => {
                // What stands stays, also where it could not be chosen anew.
                let stands = kept(field);
                let stands = |unit: &units::Unit| Some(unit.id.as_str()) == stands.as_deref();
                let all = units::all(tx)?.into_iter().filter(|unit| unit.active || stands(unit));
                let pick = |unit: units::Unit| Choice {
                    value: unit.id.to_string(),
                    label: unit.name,
                    ..Choice::default()
                };
                view.choices(&field.key, all.map(pick).collect())
            }
            Control::Handler if rules.of.is_register() && unit.is_none() => by_name(view, field),
            Control::Handler => {
                let mut all = refs::people_of(tx, unit.as_deref())?;
                if let Some(stands) = kept(field).filter(|id| !all.iter().any(|(known, _)| known == id)) {
                    all.push((stands.clone(), identity::name_of(tx, &Id::stored(stands))?));
                }
                picks(view, field, &typed, all)
            }
            Control::Officeholder => match &association {
                Some(id) => {
                    let all = refs::officeholders(tx, field, id)?.into_iter();
                    picks(view, field, &typed, all.map(|one| (one.clone(), one)).collect())
                }
                None => view,
            },
            _ => view,
        };
    }
    Ok((view, known))
}

/// The unit whose people can be chosen for an entry: that which the form names, else that which stands.
fn unit_of(rules: Rules<'_>, form: &Form, typed: &Filled, seen: Option<&Seen<'_>>) -> Option<String> {
    let field = form.fields.iter().find(|field| field.stands_for == Some(StandsFor::Unit));
    let named = field.map(|field| typed.get(&field.key)).and_then(units::UnitId::parse);
    let stands = || seen.and_then(|seen| seen.matter.spine.unit.clone());
    named.or_else(stands).map(|unit| unit.to_string()).filter(|_| rules.of.is_register())
}

/// Somebody of a unit that is only being named: written by name, for nobody can be offered yet.
fn by_name(mut view: FormView, field: &Field) -> FormView {
    if let Some(shown) = view.fields.iter_mut().find(|shown| shown.key == field.key) {
        let hint = ["写这个单位的人的姓名。", field.hint.as_str()].concat();
        shown.hint = hint;
    }
    view
}

/// People to pick from: one by radio, several by ticks; what may be left open can also be taken back.
fn picks(mut view: FormView, field: &Field, typed: &Filled, all: Vec<(String, String)>) -> FormView {
    let chosen = typed.all(&field.key);
    if let Some(shown) = view.fields.iter_mut().find(|shown| shown.key == field.key) {
        shown.control = if field.several { "checks" } else { "radio" };
        let is_chosen = |said: &String| chosen.contains(&said.as_str());
        shown.choices = all
            .into_iter()
            .map(|(value, label)| Choice {
                checked: is_chosen(&value) || is_chosen(&label),
                value,
                label,
                ..Choice::default()
            })
            .collect();
        if shown.optional && !field.several {
            shown.choices.push(Choice::nothing(&shown.choices));
        }
    }
    view
}

/// What is known and need not be typed again: what stays with the matter, the association one comes from, oneself.
fn known(
    c: &Call,
    tx: &Tx,
    rules: Rules<'_>,
    form: &Form,
    seen: Option<&Seen<'_>>,
) -> Result<(Filled, Vec<String>)> {
    // A row within an entry is another each time: nothing of the entry stands in it, but the last row may say how it went.
    let within = rules.of.act(act_key(c)).filter(|act| act.keeping == Some(Keeping::Within));
    if let (Some(act), Some(seen)) = (within, seen) {
        return as_last_time(c, tx, form, seen, act);
    }
    let mut pairs: Vec<(String, String)> = Vec::new();
    let mut told = Vec::new();
    for field in &form.fields {
        let kept = seen
            .filter(|seen| seen.shows(field) && !field.personal)
            .and_then(|seen| {
                let other = || field.from.as_deref().and_then(|from| seen.matter.said(from));
                seen.matter.said(&field.key).or_else(other)
            })
            // A day that could not be chosen today is no help, unless it stands.
            .filter(|answer| rules.of.is_register() || can_be_chosen(c, field, answer));
        if let Some(answer) = kept {
            if let (Control::Association, Json::Array(ids)) = (field.control, answer) {
                let ids = ids.iter().filter_map(Json::as_str).map(|id| Id::stored(id.to_owned()));
                let names: Result<Vec<String>> = ids.map(|id| associations::name_of(tx, &id)).collect();
                pairs.push((field.key.clone(), names?.join("、")));
                told.push(format!("“{}”", field.label));
                continue;
            }
            told.push(format!("“{}”", field.label));
            pairs.extend(words::flat(field, answer));
            match (field.control, answer.as_str()) {
                (Control::Association, Some(id)) => {
                    pairs.push((format!("{}_id", field.key), id.to_owned()));
                    let name = associations::name_of(tx, &Id::stored(id.to_owned()))?;
                    pairs.retain(|(key, _)| *key != field.key);
                    pairs.push((field.key.clone(), name));
                }
                (Control::Entry, Some(id)) => {
                    pairs.push((format!("{}_id", field.key), id.to_owned()));
                    pairs.retain(|(key, _)| *key != field.key);
                    pairs.push((field.key.clone(), entries::name_of(tx, id)?));
                }
                _ => {}
            }
            continue;
        }
        if let Some((name, id)) = opened_for(c, tx, rules, field)? {
            pairs.push((field.key.clone(), name));
            // Several are named one after the other.
            pairs.extend((!field.several).then(|| (format!("{}_id", field.key), id)));
            told.push(format!("“{}”", field.label));
            continue;
        }
        if let Some(asked) = c.query(&field.key).filter(|text| !text.is_empty()) {
            pairs.push((field.key.clone(), asked.to_owned()));
            continue;
        }
        // Of an entry nobody is somebody's contact because they look at it.
        let own = c.ctx.user().filter(|_| !rules.of.is_register());
        if let (Control::Handler, Some(me)) = (field.control, own) {
            pairs.push((field.key.clone(), me.to_string()));
            told.push(format!("“{}”", field.label));
        }
    }
    let pairs: Vec<(&str, &str)> = pairs.iter().map(|(key, value)| (key.as_str(), value.as_str())).collect();
    Ok((Filled::of(&pairs), told))
}

/// What the address says a form is opened for: an association by its id, or the one entry that stands for it in the register from
/// which the associations are taken; name and id.
fn opened_for(c: &Call, tx: &Tx, rules: Rules<'_>, field: &Field) -> Result<Option<(String, String)>> {
    let asked = c.query("association").or(c.query(&field.key)).and_then(Id::parse);
    let Some(id) = asked.filter(|_| c.route.method != POST) else { return Ok(None) };
    if field.stands_for == Some(StandsFor::Association) {
        let found = associations::find(tx, &id)?;
        return Ok(found.map(|association| (association.name, association.id.to_string())));
    }
    let takes = rules.of.register.as_ref().and_then(|register| register.associations_of.as_deref());
    let from = field.register.as_deref().filter(|_| takes == Some(field.key.as_str()));
    let Some(from) = from.and_then(|key| rules.pack.definition(key)) else { return Ok(None) };
    if c.ctx.may(&from.view()).is_none() {
        return Ok(None);
    }
    let asked = Pairs::of([("association", id.as_str()), ("state", CURRENT)]);
    let mut found = lists::first(tx, from, &asked)?;
    Ok(found.pop().filter(|_| found.is_empty()).map(|one| (one.spine.title, one.spine.id)))
}

/// A row within as people mostly fill it in: it is of today, and of the kind of the one before.
fn as_last_time(c: &Call, tx: &Tx, form: &Form, seen: &Seen<'_>, act: &Act) -> Result<(Filled, Vec<String>)> {
    let key = format!("{}.{}", seen.rules.of.key, act.key);
    let last = entries::children(tx, &seen.matter.spine.id, &key)?.into_iter().next();
    let mut pairs = Vec::new();
    for field in &form.fields {
        match field.stands_for {
            Some(StandsFor::Day) => pairs.push((field.key.clone(), c.ctx.today().to_string())),
            Some(StandsFor::Kind) => {
                let kind = last.as_ref().and_then(|row| row.said(&field.key)?.as_str().map(str::to_owned));
                pairs.extend(kind.map(|kind| (field.key.clone(), kind)));
            }
            _ => {}
        }
    }
    let pairs: Vec<(&str, &str)> = pairs.iter().map(|(key, value)| (key.as_str(), value.as_str())).collect();
    Ok((Filled::of(&pairs), Vec::new()))
}

fn can_be_chosen(c: &Call, field: &Field, answer: &Json) -> bool {
    let day = answer.as_str().and_then(|text| text.parse::<jiff::civil::Date>().ok());
    let Some(day) = day else { return true };
    let on = |bound: &RelativeDay| bound.on(c.ctx.today(), c.ctx.calendar());
    field.bounds.not_before.as_ref().is_none_or(|bound| day >= on(bound))
        && field.bounds.not_after.as_ref().is_none_or(|bound| day <= on(bound))
}
