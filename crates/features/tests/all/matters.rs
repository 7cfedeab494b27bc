//! Matters and entries of the definitions: their addresses, what each must answer to whom, and stories that leave marks in what is written.

use std::collections::{BTreeMap, BTreeSet};

use huitong_features::base::associations;
use huitong_features::base::duty;
use huitong_features::base::identity::{self, Office};
use huitong_features::base::matters::entries;
use huitong_features::base::matters::stories::{self, Onlooker, Stage};
use huitong_features::base::units;
use huitong_kernel::ctx::{Actor, OfficeKind};
use huitong_kernel::pack::{self, Act, Control, Definition, Field, Keeping, Role};
use huitong_kernel::{Id, Row as DbRow, args};
use huitong_testkit::app::TestApp;
use huitong_testkit::door::Person;
use serde_json::{Map, Value as Json};

use crate::cases::Keys;
use crate::grants::{Asker, Grants};
use crate::table::{Door, Row, Subject, row};

/// The procedures and registers that have no code of their own.
pub fn defined(pack: &pack::Pack) -> impl Iterator<Item = &Definition> {
    pack.definitions.iter().filter(|of| of.stands_alone())
}

/// A definition, and behind it those of the rows within its entries.
pub fn family<'p>(pack: &'p pack::Pack, of: &'p Definition) -> Vec<&'p Definition> {
    let within = of.register.iter().flat_map(|register| &register.within);
    std::iter::once(of).chain(within.map(|key| pack.definition(key).unwrap())).collect()
}

/// The table in which the rows of a definition lie.
pub fn table(of: &Definition) -> &'static str {
    if of.is_register() { "entries" } else { "matters" }
}

/// Whether the holder of a role sits in such an office.
pub fn sits(role: &Role, kind: OfficeKind) -> bool {
    match role.office {
        pack::Office::Unit | pack::Office::City => kind == OfficeKind::Unit,
        pack::Office::Association => kind == OfficeKind::Association,
        pack::Office::Company => kind == OfficeKind::Company,
        pack::Office::None => false,
    }
}

/// Names that last as long as the tests.
fn kept(text: String) -> &'static str {
    Box::leak(text.into_boxed_str())
}

/// Every address that a definition brings, each called so that nothing is done.
pub fn rows(of: &Definition) -> Vec<Row> {
    let (key, view) = (kept(of.key.clone()), kept(of.view()));
    let mut all = Vec::new();
    let mut add = |method, tail: &str, act: &'static str, subject, status, body| {
        let path = kept(tail.to_owned());
        all.push(Row { body, of: key, ..row(method, path, Door::Act(act), subject, status) });
    };
    let (page, api) = (format!("/{}", of.path), format!("/api/v1/{}", of.path));
    for root in [&page, &api] {
        add("GET", root, view, Subject::None, 200, &[]);
        add("GET", &format!("{root}/{{id}}"), view, Subject::Matter, 200, &[]);
    }
    add("GET", &format!("{page}/{{id}}/history"), view, Subject::Inside, 200, &[]);
    add("GET", &format!("{api}/{{id}}/acts"), view, Subject::Matter, 200, &[]);
    if let Some(register) = &of.register {
        add("GET", &format!("{page}/suggest"), view, Subject::None, 200, &[]);
        add("GET", &format!("{api}/{{id}}/versions"), view, Subject::Inside, 200, &[]);
        for within in register.within.iter().filter_map(|key| key.rsplit('.').next()) {
            add("GET", &format!("{api}/{{id}}/{within}"), view, Subject::Matter, 200, &[]);
        }
    }
    if of.register.as_ref().is_some_and(|register| !register.reminders.is_empty()) {
        add("POST", &format!("{page}/remind"), "unit.remind", Subject::None, 404, &[("reminder", "none")]);
    }
    for (nth, act) in of.beginnings().enumerate() {
        let (name, tail) = (kept(act.name.clone()), format!("/new/{}", act.key));
        let asked = of.form_of(act).into_iter().flat_map(|form| &form.fields);
        assert!(
            asked.filter(|field| field.visible_if.is_none()).any(|field| field.required),
            "{name} begins with nothing"
        );
        add("GET", &format!("{page}{tail}"), name, Subject::None, 200, &[]);
        add("POST", &format!("{page}{tail}"), name, Subject::None, 422, &[]);
        let address = if nth == 0 { api.clone() } else { format!("{api}{tail}") };
        add("POST", &address, name, Subject::None, 422, &[]);
    }
    for act in of.acts.iter().filter(|act| act.is_done_by_people()) {
        let (name, tail) = (kept(act.name.clone()), format!("/{{id}}/{}", act.key));
        add("GET", &format!("{page}{tail}"), name, Subject::Matter, 200, &[]);
        // What is entered beside what others entered asks for no version; nothing is filled in, so that nothing is entered.
        let status = if act.keeping == Some(Keeping::Within) { 422 } else { 409 };
        for root in [&page, &api] {
            add("POST", &format!("{root}{tail}"), name, Subject::Matter, status, &[("version", "999999")]);
        }
    }
    for (method, tail, act, status) in files(of) {
        add(method, &format!("{page}{tail}"), kept(act), Subject::None, status, &[]);
    }
    all
}

/// Where a register, and each kind of rows within, is taken out and brought in as a file, each called without one.
pub fn files(of: &Definition) -> Vec<(&'static str, String, String, u16)> {
    let Some(add) = of.acts.iter().find(|act| act.keeping == Some(pack::Keeping::Add)) else {
        return Vec::new();
    };
    let rows = |act: String| {
        [
            ("GET", "/export.xlsx", of.export(), 200),
            ("GET", "/export.csv", of.export(), 200),
            ("GET", "/import", act.clone(), 200),
            ("POST", "/import", act.clone(), 422),
            ("GET", "/import/rejected.csv", act, 404),
            ("GET", "/import/batch", of.view(), 404),
            ("POST", "/import/undo", of.view(), 404),
        ]
    };
    let within = of.acts.iter().filter(|act| act.keeping == Some(pack::Keeping::Within));
    let own = [(String::new(), add.name.clone())].into_iter();
    let files = own.chain(within.map(|act| (format!("/{}", act.key), act.name.clone())));
    let of_file = |(place, act): (String, String)| {
        rows(act)
            .into_iter()
            .map(move |(method, tail, act, status)| (method, format!("{place}{tail}"), act, status))
    };
    files.flat_map(of_file).collect()
}

/// What somebody with an account must meet at an address of a definition.
pub fn expected(grants: &Grants, asker: &impl Asker, row: &Row, keys: &Keys) -> u16 {
    let Door::Act(act) = row.door else { return row.status };
    if !grants.may(asker, act) {
        return 403;
    }
    let sees = grants.reaches(asker, &format!("{}.view", row.of), keys);
    let reaches = grants.reaches(asker, act, keys);
    match row.subject {
        Subject::Inside if !(sees && asker.is_inside()) => 404,
        Subject::Matter if !sees && (!reaches || row.method == "GET") => 404,
        Subject::Matter if !reaches => 403,
        Subject::Matter if row.method == "POST" && keys.barred.contains(act) => 409,
        _ => row.status,
    }
}

/// A matter or an entry that a story has told of.
pub struct Told {
    /// Key of its definition.
    pub of: String,
    pub id: String,
    /// Its name, and what it is called by.
    pub title: String,
    pub number: String,
    pub keys: Keys,
    /// Everybody's office who has a part in it.
    pub offices: Vec<Office>,
    /// What was written into it that those outside never see.
    pub hidden: BTreeSet<String>,
}

/// What rights look at in a matter or an entry, from the database itself.
pub fn keys(app: &TestApp, id: &str) -> Keys {
    let table = if entries::is_entry(id) { "entries" } else { "matters" };
    let sql = format!(
        "SELECT procedure, state, owner_user, owner_association, owner_company, unit, next_unit, assignee, association, marks \
         FROM {table} WHERE id = $1"
    );
    let row: DbRow = app.read(|tx| tx.one(&sql, args![id])).unwrap();
    let text = |name: &str| row.get::<Option<String>>(name).unwrap().unwrap_or_default();
    let (pack, today) = (app.city.pack(), app.program().today());
    let marks: Json = serde_json::from_str(&text("marks")).unwrap();
    let several = marks["about"].as_array().into_iter().flatten();
    let several: Vec<String> = several.map(|one| one.as_str().unwrap().to_owned()).collect();
    let all = |one: String| match one.is_empty() {
        true => Vec::new(),
        false if several.is_empty() => vec![one],
        false => several.clone(),
    };
    let about = all(text("association"));
    let links =
        about.iter().flat_map(|one| app.read(|tx| duty::of_association(tx, &Id::stored(one.clone()))));
    let party = |kind: &str| pack.link_kind(kind).is_some_and(|kind| kind.party.is_some());
    let links = links.filter(|link| link.holds_on(today) && party(&link.kind));
    let of = pack.definition(&text("procedure")).unwrap();
    let barred = of.acts.iter().filter(|act| act.is_done_by_people() && !act.leaves(&text("state")));
    Keys {
        submitter: text("owner_user"),
        associations: all(text("owner_association")),
        company: text("owner_company"),
        barred: barred.map(|act| act.name.clone()).collect(),
        units: [text("unit"), text("next_unit")].into_iter().filter(|unit| !unit.is_empty()).collect(),
        assignee: text("assignee"),
        links: links.map(|link| (link.kind.clone(), link.unit.to_string())).collect(),
        ..Keys::default()
    }
}

/// Writes the mark of its field into everything that people write in their own words, and remembers what else was filled in.
pub struct Marks {
    nth: usize,
    /// By definition and field.
    said: BTreeMap<(String, String), BTreeSet<String>>,
}

impl Marks {
    /// Those of one story of several.
    pub fn new(nth: usize) -> Marks {
        Marks { nth, said: BTreeMap::new() }
    }

    /// What stands in this field of this matter alone, wherever it is said.
    fn mark(&self, of: &str, field: &Field) -> String {
        let within = of.split_once('.').map(|(_, within)| within.to_uppercase()).unwrap_or_default();
        format!("暗{}记{within}{}暗记", self.nth, field.key.to_uppercase())
    }

    /// Fills in a form; one that is to be refused says what it said, and no more.
    pub fn fill(&mut self, of: &Definition, act: &Act, form: &mut Map<String, Json>, succeeds: bool) {
        // What is entered within is asked by the form of the entry.
        let within = act.keeping == Some(Keeping::Within);
        let owner = if within { format!("{}.{}", of.key, act.key) } else { of.key.clone() };
        for field in of.form_of(act).into_iter().flat_map(|form| &form.fields) {
            let answers = form.iter().map(|(key, value)| (key.clone(), value.clone())).collect();
            if !field.visible_among(&answers) {
                continue;
            }
            let mark = self.mark(&owner, field);
            let said = self.said.entry((owner.clone(), field.key.clone())).or_default();
            match (field.control, form.get_mut(&field.key)) {
                (Control::Table, Some(Json::Array(rows))) => {
                    for cell in
                        rows.iter_mut().filter_map(Json::as_object_mut).flat_map(|row| row.values_mut())
                    {
                        *cell = Json::from(format!("{}{}", cell.as_str().unwrap_or_default(), mark));
                    }
                    said.insert(mark);
                }
                (control, text) if control.writes() => {
                    let text = text.and_then(|text| text.as_str()).unwrap_or_default();
                    let lacks = field.bounds.min.unwrap_or(0).saturating_sub(text.chars().count());
                    if !succeeds && (text.is_empty() || lacks > 0) {
                        continue;
                    }
                    let text = format!("{text}{}{mark}", "写".repeat(lacks));
                    let room = field.bounds.max.unwrap_or(usize::MAX);
                    assert!(text.chars().count() <= room, "no room in {}", field.key);
                    form.insert(field.key.clone(), Json::from(text));
                    said.insert(mark);
                }
                // Words of other types are their own mark, where nothing else of a matter says them.
                (
                    Control::Phone
                    | Control::Email
                    | Control::Url
                    | Control::DocNo
                    | Control::IdNumber
                    | Control::Money
                    | Control::Officeholder,
                    Some(Json::String(text)),
                ) => {
                    said.insert(text.clone());
                }
                _ => {}
            }
        }
    }

    /// What was filled in for these fields of these definitions.
    pub fn of(&self, all: &[&Definition], which: impl Fn(&Definition, &Field) -> bool) -> BTreeSet<String> {
        let fields = all.iter().flat_map(|of| of.fields.iter().map(move |field| (*of, field)));
        let fields = fields.filter(|(of, field)| which(of, field));
        let said = |(of, field): (&Definition, &Field)| self.said.get(&(of.key.clone(), field.key.clone()));
        fields.filter_map(said).flatten().cloned().collect()
    }
}

/// Walks a story with marks.
struct Marking {
    marks: Marks,
    stage: Stage,
}

impl Onlooker for Marking {
    fn fill(&mut self, of: &Definition, act: &Act, form: &mut Map<String, Json>, succeeds: bool) {
        self.marks.fill(of, act, form, succeeds);
    }

    fn after(&mut self, stage: &Stage) -> huitong_kernel::Result<()> {
        self.stage = stage.clone();
        Ok(())
    }
}

/// The offices of those on a stage, and all units that have a link with one of its associations.
pub fn offices(app: &TestApp, stage: &Stage) -> Vec<Office> {
    let posts = stage.people.values().flat_map(|who| match who {
        Actor::Person { posts, .. } => posts.as_slice(),
        _ => &[],
    });
    let seats =
        posts.map(|post| Office { kind: post.kind, id: post.office.clone(), name: post.office_name.clone() });
    let mut all: BTreeMap<String, Office> = seats.map(|office| (office.id.clone(), office)).collect();
    for id in stage.associations.values().filter(|id| !entries::is_entry(id)) {
        let name = app.read(|tx| associations::name_of(tx, &Id::stored(id.clone())));
        all.insert(id.clone(), Office::association(id, &name));
        for link in app.read(|tx| duty::of_association(tx, &Id::stored(id.clone()))) {
            let unit = app.read(|tx| units::find(tx, &link.unit)).unwrap();
            all.insert(unit.id.to_string(), Office::unit(&unit));
        }
    }
    all.into_values().collect()
}

/// The people of a stage, as programs see them.
pub fn cast(app: &TestApp, stage: &Stage) -> Vec<Person> {
    let one = |who: &Actor| {
        let Actor::Person { user, posts, .. } = who else { panic!("{who:?} has no account") };
        let post = &posts[0];
        let office = Office { kind: post.kind, id: post.office.clone(), name: post.office_name.clone() };
        let account = app.read(|tx| identity::account(tx, user)).unwrap();
        app.with_token(account, &post.role, &office)
    };
    stage.people.values().map(one).collect()
}

/// Puts somebody of every role that a definition names, and of one that none names, into each office; who is there stays.
pub fn enter(app: &TestApp, offices: &[Office], people: &mut BTreeMap<(String, String), Person>) {
    let pack = app.city.pack();
    // Their posts are older than any story.
    let now = app.city.clock.now();
    app.at("2025-01-02T09:00:00+08:00");
    let named: BTreeSet<&str> = defined(&pack).flat_map(|of| &of.may).map(|may| may.role.as_str()).collect();
    for office in offices {
        let here = pack.roles.iter().filter(|role| sits(role, office.kind));
        let here: Vec<&Role> = here.collect();
        let other = here.iter().find(|role| !named.contains(role.key.as_str()));
        for role in here.iter().filter(|role| named.contains(role.key.as_str())).chain(other) {
            let key = (role.key.clone(), office.id.clone());
            if !people.contains_key(&key) {
                let login = format!("p{}-{}", people.len(), role.key.replace('_', "-"));
                people.insert(key, app.somebody(&login, "工作人员", &role.key, office));
            }
        }
    }
    app.city.clock.set(now);
}

/// Walks every story of the pack, and leaves the clock where it was.
pub fn all(app: &TestApp) -> Vec<Told> {
    let (pack, now) = (app.city.pack(), app.city.clock.now());
    let mut told = Vec::new();
    for (nth, story) in pack.stories.iter().enumerate() {
        let of = pack.definition(&story.of).unwrap();
        let mut marking = Marking { marks: Marks::new(nth), stage: Stage::default() };
        let findings = stories::walk(&app.city, &pack, story, &mut marking).unwrap();
        assert!(findings.is_empty(), "{findings:#?}");
        let id = marking.stage.matter.clone().unwrap();
        let sql = format!("SELECT title, number FROM {} WHERE id = $1", table(of));
        let row = app.read(|tx| tx.one(&sql, args![id.as_str()])).unwrap();
        told.push(Told {
            of: of.key.clone(),
            title: row.get("title").unwrap(),
            number: row.get("number").unwrap(),
            keys: Keys::default(),
            offices: offices(app, &marking.stage),
            hidden: marking.marks.of(&family(&pack, of), Definition::hides),
            id,
        });
    }
    app.city.clock.set(now);
    for one in &mut told {
        one.keys = keys(app, &one.id);
    }
    told
}
