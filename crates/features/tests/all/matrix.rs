//! Everybody at every address: what they meet, and that no byte of what they may not see is in it.

use std::collections::BTreeSet;
use std::sync::atomic::{AtomicUsize, Ordering};

use huitong_kernel::http::Method;
use huitong_testkit::db::{TestDb, open_postgres, open_sqlite};
use huitong_testkit::door::Answer;

use crate::cases::Case;
use crate::grants::{Asker, Grants, Person};
use crate::table::{self, Row, Subject, let_in, nothing, rows};
use crate::town::{Actor, Town};
use crate::{apart, doings, matters};

/// What a reader may not find, each with its reason.
type Forbidden = Vec<(String, &'static str)>;

/// Everybody, everything, and what the roles' file says of it.
pub struct Matrix {
    pub town: Town,
    pub grants: Grants,
    calls: AtomicUsize,
}

impl Matrix {
    fn new(db: TestDb) -> Matrix {
        Matrix { town: Town::new(db), grants: Grants::read(), calls: AtomicUsize::new(0) }
    }

    fn ask(&self, actor: &Actor, row: &Row, address: &str) -> Answer {
        self.calls.fetch_add(1, Ordering::Relaxed);
        let mut ask = self.town.app.ask(row.method, address);
        if let Some(person) = &actor.person {
            ask = if row.is_api() { ask.token(person) } else { ask.session(person) };
        }
        if row.method == "POST" && row.is_api() {
            let body: serde_json::Map<_, _> =
                row.body.iter().map(|(k, v)| ((*k).to_owned(), (*v).into())).collect();
            ask = ask.json(&body.into());
        } else if row.method == "POST" {
            ask = ask.form(row.body);
        }
        ask.send()
    }

    /// What a call must meet.
    fn expected(&self, actor: &Actor, row: &Row, case: &Case, file: &str) -> u16 {
        if !let_in(row, actor, &self.grants) {
            return match (&actor.person, row.is_api() || row.is_asset() || row.method == "POST") {
                (Some(_), _) => 403,
                (None, true) => 401,
                // A page shows the way to sign in.
                (None, false) => 303,
            };
        }
        let table::Door::Act(act) = row.door else {
            // Whoever is signed in already goes on to the desk.
            return if row.name() == "GET /login" && actor.person.is_some() { 303 } else { row.status };
        };
        let sees = self.grants.sees(actor, &case.keys);
        let reaches = self.grants.reaches(actor, act, &case.keys);
        match row.subject {
            Subject::None | Subject::Record => row.status,
            Subject::Case if !sees && !reaches => 404,
            Subject::Case if !reaches => 403,
            // The complainant's own acts have pages of their own.
            Subject::Case if row.path.starts_with("/my/") && !self.is_own(actor, case) => 403,
            Subject::OwnCase if !(sees && self.is_own(actor, case)) => 404,
            Subject::File if !self.opens(actor, case, file) => 404,
            _ => row.status,
        }
    }

    fn is_own(&self, actor: &Actor, case: &Case) -> bool {
        let own = actor.person.is_some() && actor.account() == case.keys.submitter;
        own || (!actor.office().is_empty() && case.keys.is_of(actor.office()))
    }

    /// Whether a file is theirs to open: what came with the case for who may know the person, the evidence of a reply for
    /// those inside and, once it was sent, for the complainant.
    fn opens(&self, actor: &Actor, case: &Case, file: &str) -> bool {
        if !self.grants.sees(actor, &case.keys) {
            return false;
        }
        let outside = !actor.is_inside();
        if outside || case.drafts.iter().any(|draft| draft == file) {
            return !outside || case.files.iter().any(|own| own == file);
        }
        if actor.office() == case.keys.about {
            return false;
        }
        let looks = self.grants.reaches(actor, "appeal.view_identity", &case.keys);
        case.keys.disclosure != "confidential" || looks
    }

    /// What must not stand in anything that somebody is answered.
    fn forbidden(&self, actor: &Actor, row: &Row, asked: &Case) -> Forbidden {
        let mut words: Forbidden = Vec::new();
        let reads_journal = self.grants.may(actor, "journal.view");
        let of_cases = row.path.contains("appeals") || ["/desk", "/notices", "/track"].contains(&row.path);
        for case in &self.town.cases {
            let m = &case.marks;
            let mut no = |word: &String, why| {
                if !word.is_empty() {
                    words.push((word.clone(), why));
                }
            };
            let (seen, own) = (self.grants.sees(actor, &case.keys), self.is_own(actor, case));
            if !seen {
                for word in [&m.title, &m.text, &m.inside, &m.reply, &m.file] {
                    no(word, "a hidden case");
                }
                if !reads_journal {
                    no(&m.reason, "a reason in a hidden case");
                }
                // A unit that had the case was told of it by number, and who reads the journal reads numbers.
                let had_it = !case.earlier.is_empty() && case.earlier == actor.office();
                let told = had_it && ["/notices", "/desk"].contains(&row.path);
                if !reads_journal && !told && !row.path.contains("{number}") {
                    no(&case.number, "the number of a hidden case");
                }
            }
            if seen && own {
                no(&m.inside, "internal words");
                no(&m.reason, "reasons of the office");
                no(&m.reply, "a reply that was not sent");
            }
            let person = self.grants.person(actor, &case.keys);
            if person == Person::All {
                continue;
            }
            no(&m.person, "the name of a masked person");
            no(&m.phone, "the telephone of a masked person");
            let kept_out = case.keys.disclosure == "confidential" || case.keys.about == actor.office();
            if of_cases || (row.subject == Subject::Record && asked.id == case.id && kept_out) {
                no(&m.account, "the account of a masked person");
            }
            // Who sits in the association reads its name on every page, and the public list names all.
            let theirs = m.organisation.iter().any(|known| known == actor.office())
                || actor.office() == self.town.associations[0].id.as_str();
            let names_all =
                ["/appeals/new", "/appeals/done", "/appeals/register", "/api/v1/appeals/register"];
            let of_one = (of_cases || row.subject == Subject::Record) && row.subject != Subject::None;
            let about_it = of_one && asked.id == case.id && person == Person::Nothing;
            if about_it && !theirs && !names_all.contains(&row.path) {
                for known in &m.organisation {
                    no(known, "the organisation of a person who is not shown");
                }
            }
        }
        words
    }

    /// Asks, compares, and looks for words that must not be there.
    fn try_one(&self, actor: &Actor, row: &Row, case: &Case, file: &str, wrong: &mut Vec<String>) {
        let address = table::address(row, &self.town, case, file);
        let answer = self.ask(actor, row, &address);
        let expected = self.expected(actor, row, case, file);
        let place = || format!("{} for {} ({})", row.name(), actor.name, case.name);
        if answer.status != expected {
            wrong.push(format!("{}: {} where {expected} was expected", place(), answer.status));
        }
        let said = answer.everything();
        // What is looked for below would be found if it were there: who may see a case reads its title.
        let is_case = row.subject == Subject::Case
            && row.method == "GET"
            && !row.path.ends_with("/acts")
            && !row.path.ends_with("/proposals");
        if answer.status == 200 && is_case && !said.contains(&case.marks.title) {
            wrong.push(format!("{}: does not show the case", place()));
        }
        // What was asked for may be said again.
        let asked_for = address.contains(&case.number);
        let said = if asked_for { said.replace(&case.number, "-") } else { said };
        wrong.extend(self.search(actor, row, case, &said, &place()));
        if expected == 404 && matches!(row.subject, Subject::Case | Subject::OwnCase) {
            let absent = Row { ..clone(row) };
            let other = address.replace(&case.id, &format!("apl_{}", nothing()));
            let there = self.ask(actor, &absent, &other);
            if same(&there, &other) != same(&answer, &address) {
                wrong.push(format!("{}: a hidden case is not answered like an absent one", place()));
            }
        }
    }

    /// Words of an answer that must not be in it.
    pub fn search(&self, actor: &Actor, row: &Row, case: &Case, said: &str, place: &str) -> Vec<String> {
        let forbidden = self.forbidden(actor, row, case).into_iter();
        forbidden
            .filter(|(word, _)| said.contains(word))
            .map(|(word, why)| format!("{place}: says {word}, {why}"))
            .collect()
    }

    /// Everybody at one address of a definition, with every matter of it.
    fn try_defined(&self, row: &Row) -> Vec<String> {
        let mut wrong = Vec::new();
        for actor in &self.town.actors {
            let about = self.town.matters.iter().filter(|told| told.of == row.of);
            // Stories are many: the first two of each definition end in different states.
            let few = if row.subject == Subject::None { 1 } else { 2 };
            for told in about.take(few) {
                let answer = self.ask(actor, row, &row.path.replace("{id}", &told.id));
                let expected = match (&actor.person, row.is_api() || row.is_asset() || row.method == "POST") {
                    (Some(_), _) => matters::expected(&self.grants, actor, row, &told.keys),
                    (None, true) => 401,
                    (None, false) => 303,
                };
                let place = format!("{} for {} ({})", row.name(), actor.name, told.title);
                if answer.status != expected {
                    wrong.push(format!("{place}: {} where {expected} was expected", answer.status));
                }
                let said = answer.everything();
                for other in &self.town.matters {
                    let sees = self.grants.reaches(actor, &format!("{}.view", other.of), &other.keys);
                    // Entries are called by their names.
                    let unseen =
                        [&other.title, &other.number].into_iter().filter(|word| !sees && !word.is_empty());
                    let words = unseen.chain(other.hidden.iter().filter(|_| !sees || !actor.is_inside()));
                    wrong.extend(
                        words.filter(|word| said.contains(*word)).map(|word| format!("{place}: says {word}")),
                    );
                }
            }
        }
        wrong
    }

    /// Everybody at one address.
    pub fn try_all(&self, row: &Row) -> Vec<String> {
        let mut wrong = Vec::new();
        let few = self.town.cases.len();
        let cases = match row.subject {
            Subject::None => &self.town.cases[..1],
            // Forms and acts are many: the two cases that stand in every relation.
            _ if row.method == "POST"
                || row.path.matches('/').count() > 2 && !row.path.starts_with("/api") =>
            {
                &self.town.cases[..2]
            }
            _ => &self.town.cases[..few],
        };
        for actor in &self.town.actors {
            for case in cases {
                match row.subject {
                    Subject::File => {
                        for file in case.files.iter().chain(&case.drafts) {
                            self.try_one(actor, row, case, file, &mut wrong);
                        }
                    }
                    _ => self.try_one(actor, row, case, "-", &mut wrong),
                }
            }
        }
        wrong
    }
}

fn clone(row: &Row) -> Row {
    Row {
        method: row.method,
        path: row.path,
        door: row.door,
        subject: row.subject,
        status: row.status,
        body: row.body,
        query: row.query,
        of: row.of,
    }
}

/// An answer without what differs between any two: its code, its tokens, the address that was asked for.
fn same(answer: &Answer, address: &str) -> (u16, String) {
    let text = answer.text().replace(address, "-");
    let id = address.split('/').find(|part| part.starts_with("apl_")).unwrap_or("-");
    let text = text.replace(id, "-");
    let mut out = String::new();
    // Codes begin with HT-, tokens are long runs of hexadecimal digits.
    for word in text.split_inclusive(|c: char| !c.is_ascii_alphanumeric() && c != '-') {
        let plain = word.trim_end_matches(|c: char| !c.is_ascii_alphanumeric() && c != '-');
        let token = plain.len() >= 16 && plain.bytes().all(|b| b.is_ascii_hexdigit());
        out.push_str(if plain.starts_with("HT-") || token { "*" } else { word });
    }
    (answer.status, out)
}

#[test]
fn every_role_at_every_address_in_every_relation_on_the_embedded_engine() {
    everybody_everywhere(open_sqlite());
}

#[test]
fn every_role_at_every_address_in_every_relation_on_postgresql() {
    if let Some(db) = open_postgres() {
        everybody_everywhere(db);
    }
}

fn everybody_everywhere(db: TestDb) {
    let mut matrix = Matrix::new(db);
    let pack = matrix.town.app.city.pack();
    let defined: &[Row] = Vec::leak(matters::defined(&pack).flat_map(matters::rows).collect());
    let known: BTreeSet<String> =
        rows().chain(defined).map(Row::name).chain(table::APART.iter().map(|n| (*n).to_owned())).collect();
    let policy = matrix.town.app.city.policy();
    let routes = policy.routes.all().iter();
    let real: BTreeSet<String> = routes
        .map(|r| {
            let method = if r.method == Method::Get { "GET" } else { "POST" };
            format!("{method} {}", r.path)
        })
        .collect();
    let plain = |name: &String| {
        name.split('{')
            .map(|part| part.split_once('}').map_or(part, |(_, rest)| rest))
            .collect::<Vec<_>>()
            .join("{}")
    };
    let (known_plain, real_plain): (BTreeSet<_>, BTreeSet<_>) =
        (known.iter().map(plain).collect(), real.iter().map(plain).collect());
    let missing: Vec<_> = real_plain.difference(&known_plain).collect();
    assert!(missing.is_empty(), "addresses that no row of the table judges: {missing:?}");
    let gone: Vec<_> = known_plain.difference(&real_plain).collect();
    assert!(gone.is_empty(), "rows of the table that no address has: {gone:?}");
    let roles: BTreeSet<&str> = matrix.grants.roles().collect();
    let here: BTreeSet<&str> = matrix.town.actors.iter().map(Actor::role).collect();
    assert_eq!(roles, here, "the town has everybody");

    let all: Vec<&Row> = rows().chain(defined).collect();
    let next = AtomicUsize::new(0);
    let mut wrong: Vec<String> = std::thread::scope(|scope| {
        let work = || {
            let mut wrong = Vec::new();
            while let Some(row) = all.get(next.fetch_add(1, Ordering::Relaxed)) {
                wrong.extend(if row.of.is_empty() { matrix.try_all(row) } else { matrix.try_defined(row) });
            }
            wrong
        };
        let threads: Vec<_> = (0..4).map(|_| scope.spawn(work)).collect();
        threads.into_iter().flat_map(|t| t.join().unwrap()).collect()
    });
    wrong.extend(apart::search(&matrix));
    wrong.extend(apart::look_behind_the_mask(&matrix));
    wrong.extend(doings::go_on(&mut matrix));
    wrong.extend(apart::sign_out(&matrix));
    let calls = matrix.calls.load(Ordering::Relaxed);
    assert!(calls > 5_000, "{calls} calls");
    let shown: Vec<&String> = wrong.iter().take(60).collect();
    assert!(wrong.is_empty(), "{} of {calls} calls went wrong:\n{shown:#?}", wrong.len());
}
