//! One city with everybody in it: each role in each relation to cases that carry marks nobody else's do.

use std::collections::{BTreeMap, BTreeSet};

use huitong_features::base::associations::Association;
use huitong_features::base::identity::Office;
use huitong_testkit::app::TestApp;
use huitong_testkit::db::TestDb;
use huitong_testkit::door::Person;

use crate::cases::{self, Case};
use crate::grants::Asker;
use crate::matters::{self, Told};

/// Where a person stands to the cases.
pub const RESPONSIBLE: &str = "commerce";
pub const NEXT: &str = "transport";
pub const EARLIER: &str = "education";
pub const COMPLAINED_OF: &str = "water";
pub const ELSEWHERE: &str = "science";

/// Roles held in units; the last of them reach the whole city.
pub const UNIT_ROLES: [&str; 11] = [
    "intake",
    "handler",
    "unit_leader",
    "supervisor",
    "association_officer",
    "association_head",
    "registrar",
    "city_leader",
    "policy_admin",
    "system_admin",
    "auditor",
];

/// Somebody who asks: a person in one post, or nobody.
pub struct Actor {
    /// Where it stands, for the failure's words: `handler@commerce`.
    pub name: String,
    /// Account; none for the public.
    pub person: Option<Person>,
}

impl Asker for Actor {
    fn is_inside(&self) -> bool {
        self.person.as_ref().is_some_and(Asker::is_inside)
    }

    fn role(&self) -> &str {
        self.person.as_ref().map_or("public", Asker::role)
    }

    fn office(&self) -> &str {
        self.person.as_ref().map_or("", Asker::office)
    }

    fn account(&self) -> &str {
        self.person.as_ref().map_or("", Asker::account)
    }
}

/// The city, its people and its cases.
pub struct Town {
    /// The house.
    pub app: TestApp,
    /// Everybody who asks.
    pub actors: Vec<Actor>,
    /// What they ask for.
    pub cases: Vec<Case>,
    /// Matters of every definition that has no code.
    pub matters: Vec<Told>,
    /// Associations: that of the secretary who brings cases in, that complained of, one without relation.
    pub associations: [Association; 3],
    _db: TestDb,
}

impl Town {
    /// Builds it on a database.
    pub fn new(db: TestDb) -> Town {
        let app = TestApp::new(&db.db);
        let associations = [
            app.association("锦宁市甲行业协会", 1),
            app.association("锦宁市乙行业协会", 2),
            app.association("锦宁市丙行业协会", 3),
        ];
        let mut actors = vec![Actor { name: String::from("public"), person: None }];
        let add = |name: String, title: &str, role: &str, office: &Office| {
            let login = name.replace(['@', '_'], "-");
            Actor { person: Some(app.somebody(&login, title, role, office)), name }
        };
        for unit in [RESPONSIBLE, NEXT, EARLIER, COMPLAINED_OF, ELSEWHERE] {
            let office = Office::unit(&app.unit(unit));
            actors.extend(UNIT_ROLES.map(|role| add(format!("{role}@{unit}"), "工作人员", role, &office)));
        }
        let office = Office::unit(&app.unit(RESPONSIBLE));
        actors.push(add(String::from("handler@second"), "工作人员", "handler", &office));
        for (nth, association) in associations.iter().enumerate() {
            let office = Office::association(association.id.as_str(), &association.name);
            let name = if nth == 0 { cases::SECRETARY } else { "秘书长" };
            let nth = nth + 1;
            actors.push(add(format!("association_secretary@{nth}"), name, "association_secretary", &office));
            actors.push(add(
                format!("association_party_secretary@{nth}"),
                "书记",
                "association_party_secretary",
                &office,
            ));
        }
        for (nth, (code, name)) in cases::COMPANIES.iter().enumerate() {
            let title = if nth == 0 { cases::CONTACT } else { "企业联系人" };
            actors.push(add(
                format!("company_contact@{}", nth + 1),
                title,
                "company_contact",
                &Office::company(code, name),
            ));
        }
        let mut town = Town { app, actors, cases: Vec::new(), matters: Vec::new(), associations, _db: db };
        town.cases = cases::all(&town);
        town.matters = matters::all(&town.app);
        town.actors.extend(town.players());
        town.app.settle();
        town
    }

    /// Those whom the definitions name, in every office that has a part in one of the matters.
    fn players(&self) -> Vec<Actor> {
        let here: BTreeSet<&str> = self.actors.iter().map(Asker::office).collect();
        let offices = self.matters.iter().flat_map(|told| &told.offices).cloned();
        let offices: Vec<Office> = offices.filter(|office| !here.contains(office.id.as_str())).collect();
        let mut people = BTreeMap::new();
        matters::enter(&self.app, &offices, &mut people);
        let name = |person: &Person| format!("{}@{}", person.role, person.office.name);
        people.into_values().map(|person| Actor { name: name(&person), person: Some(person) }).collect()
    }

    /// An actor by name.
    pub fn actor(&self, name: &str) -> &Actor {
        self.actors.iter().find(|a| a.name == name).unwrap_or_else(|| panic!("no actor {name}"))
    }

    /// A person by name.
    pub fn person(&self, name: &str) -> &Person {
        self.actor(name).person.as_ref().unwrap()
    }

    /// Id of a unit.
    pub fn unit(&self, key: &str) -> String {
        self.app.unit(key).id.to_string()
    }
}
