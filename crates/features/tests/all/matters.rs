//! Matters of the definitions: their addresses, what each must answer to whom, and stories that leave marks in what is written.

use std::collections::{BTreeMap, BTreeSet};

use huitong_features::base::associations;
use huitong_features::base::duty;
use huitong_features::base::identity::{self, Office};
use huitong_features::base::matters::stories::{self, Onlooker, Stage};
use huitong_features::base::units;
use huitong_kernel::ctx::{Actor, OfficeKind};
use huitong_kernel::pack::{self, Act, Control, Definition, Field, Role};
use huitong_kernel::{Id, Row as DbRow, args};
use huitong_testkit::app::TestApp;
use huitong_testkit::door::Person;
use serde_json::{Map, Value as Json};

use crate::cases::Keys;
use crate::grants::{Asker, Grants};
use crate::table::{Door, Row, Subject, row};

/// The procedures that have no code of their own.
pub fn defined(pack: &pack::Pack) -> impl Iterator<Item = &Definition> {
    pack.definitions.iter().filter(|of| !of.coded)
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
        for root in [&page, &api] {
            add("POST", &format!("{root}{tail}"), name, Subject::Matter, 409, &[("version", "999999")]);
        }
    }
    for (method, tail, act, status) in files(of) {
        add(method, &format!("{page}{tail}"), kept(act), Subject::None, status, &[]);
    }
    all
}

/// Where a register is taken out and brought in as a file, each called without one.
pub fn files(of: &Definition) -> Vec<(&'static str, &'static str, String, u16)> {
    let Some(add) = of.acts.iter().find(|act| act.keeping == Some(pack::Keeping::Add)) else {
        return Vec::new();
    };
    vec![
        ("GET", "/export.xlsx", of.export(), 200),
        ("GET", "/export.csv", of.export(), 200),
        ("GET", "/import", add.name.clone(), 200),
        ("POST", "/import", add.name.clone(), 422),
        ("GET", "/import/rejected.csv", add.name.clone(), 404),
        ("GET", "/import/batch", add.name.clone(), 404),
        ("POST", "/import/undo", add.name.clone(), 404),
    ]
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
        _ => row.status,
    }
}

/// A matter that a story has told of.
pub struct Told {
    /// Key of its procedure.
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

/// What rights look at in a matter, from the database itself.
pub fn keys(app: &TestApp, id: &str) -> Keys {
    let sql = "SELECT owner_user, owner_association, owner_company, unit, next_unit, assignee, association FROM matters WHERE id = $1";
    let row: DbRow = app.read(|tx| tx.one(sql, args![id])).unwrap();
    let text = |name: &str| row.get::<Option<String>>(name).unwrap().unwrap_or_default();
    let (pack, today) = (app.city.pack(), app.program().today());
    let links = app.read(|tx| duty::of_association(tx, &Id::stored(text("association"))));
    let party = |kind: &str| pack.link_kind(kind).is_some_and(|kind| kind.party.is_some());
    let links = links.into_iter().filter(|link| link.holds_on(today) && party(&link.kind));
    Keys {
        submitter: text("owner_user"),
        association: text("owner_association"),
        company: text("owner_company"),
        units: [text("unit"), text("next_unit")].into_iter().filter(|unit| !unit.is_empty()).collect(),
        assignee: text("assignee"),
        links: links.map(|link| (link.kind.clone(), link.unit.to_string())).collect(),
        ..Keys::default()
    }
}

/// Writes the mark of its field into everything that people write in their own words, and remembers what else was filled in.
pub struct Marks {
    nth: usize,
    said: BTreeMap<String, BTreeSet<String>>,
}

impl Marks {
    /// Those of one story of several.
    pub fn new(nth: usize) -> Marks {
        Marks { nth, said: BTreeMap::new() }
    }

    /// What stands in this field of this matter alone, wherever it is said.
    pub fn mark(&self, field: &Field) -> String {
        format!("暗{}记{}暗记", self.nth, field.key.to_uppercase())
    }

    /// Fills in a form; one that is to be refused says what it said, and no more.
    pub fn fill(&mut self, of: &Definition, act: &Act, form: &mut Map<String, Json>, succeeds: bool) {
        for field in of.form_of(act).into_iter().flat_map(|form| &form.fields) {
            let mark = self.mark(field);
            let said = self.said.entry(field.key.clone()).or_default();
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

    /// What was filled in for these fields.
    pub fn of(&self, of: &Definition, which: impl Fn(&Field) -> bool) -> BTreeSet<String> {
        let fields = of.fields.iter().filter(|field| which(field));
        fields.filter_map(|field| self.said.get(&field.key)).flatten().cloned().collect()
    }
}

/// Walks a story with marks.
struct Marking<'a> {
    of: &'a Definition,
    marks: Marks,
    stage: Stage,
}

impl Onlooker for Marking<'_> {
    fn fill(&mut self, act: &Act, form: &mut Map<String, Json>, succeeds: bool) {
        self.marks.fill(self.of, act, form, succeeds);
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
    for id in stage.associations.values() {
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
        let mut marking = Marking { of, marks: Marks::new(nth), stage: Stage::default() };
        let findings = stories::walk(&app.city, &pack, story, &mut marking).unwrap();
        assert!(findings.is_empty(), "{findings:#?}");
        let id = marking.stage.matter.clone().unwrap();
        let row = app
            .read(|tx| tx.one("SELECT title, number FROM matters WHERE id = $1", args![id.as_str()]))
            .unwrap();
        told.push(Told {
            of: of.key.clone(),
            title: row.get("title").unwrap(),
            number: row.get("number").unwrap(),
            keys: Keys::default(),
            offices: offices(app, &marking.stage),
            hidden: marking.marks.of(of, |field| of.hides(field)),
            id,
        });
    }
    app.city.clock.set(now);
    for one in &mut told {
        one.keys = keys(app, &one.id);
    }
    told
}
