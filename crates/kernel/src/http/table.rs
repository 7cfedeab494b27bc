//! The route table: every address of the city in one list, checked once, matched in a few steps, printed for review.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::fmt::Write as _;
use std::sync::Arc;

use crate::error::{Error, Result};
use crate::http::metrics::Answers;
use crate::http::route::{Access, Face, Method, Route};
use crate::pack::Reach;
use crate::policy::Policy;
use crate::rights::{PUBLIC, Roles};

/// All routes.
#[derive(Default)]
pub struct RouteTable {
    routes: Vec<Arc<Route>>,
    /// How each was answered; a table that takes this one's place goes on counting.
    answers: Vec<Arc<Answers>>,
    router: matchit::Router<Cell>,
}

/// What stands at one address: the place of the route for each method.
#[derive(Clone, Copy, Default)]
struct Cell {
    get: Option<usize>,
    post: Option<usize>,
}

/// What an address and a method lead to.
pub(super) enum Found<'a> {
    /// A route with its place in the table and the values of its places.
    Route(usize, &'a Arc<Route>, Vec<(String, String)>),
    /// The address exists; these are its methods.
    Method(&'static str),
    /// Nothing is there.
    Nothing,
}

/// The row that answers a request, in the table of the policy that the request came in by.
pub(super) struct Matched {
    pub policy: Arc<Policy>,
    pub place: usize,
}

impl Matched {
    /// The row; none where nothing is at that place, which cannot be.
    pub fn route(&self) -> Option<&Arc<Route>> {
        self.policy.routes.routes.get(self.place)
    }

    /// How it has been answered so far.
    pub fn answers(&self) -> Option<&Answers> {
        self.policy.routes.answers.get(self.place).map(Arc::as_ref)
    }
}

/// Whose a row is, for who has two that collide.
fn owner(route: &Route) -> String {
    match &route.of {
        Some(definition) => format!("the definition {definition} of the pack"),
        None => format!("the house's own {}", route.act),
    }
}

impl RouteTable {
    /// Puts the table together; refuses two routes for one address and method, and addresses that hide each other, and
    /// says whose they are.
    pub fn new(routes: Vec<Arc<Route>>) -> Result<RouteTable> {
        let mut cells: BTreeMap<&str, Cell> = BTreeMap::new();
        for (place, route) in routes.iter().enumerate() {
            let cell = cells.entry(&route.path).or_default();
            let slot = match route.method {
                Method::Get => &mut cell.get,
                Method::Post => &mut cell.post,
            };
            if let Some(first) = slot.replace(place) {
                let (method, path) = (route.method.as_str(), &route.path);
                let (one, other) = (owner(&routes[first]), owner(route));
                return Err(Error::internal(format!("{method} {path} stands twice: {one} and {other}")));
            }
        }
        let mut router = matchit::Router::new();
        for (path, cell) in cells {
            let place = cell.get.or(cell.post).unwrap_or_default();
            let whose = |error| Error::internal(format!("{path} of {}: {error}", owner(&routes[place])));
            router.insert(path, cell).map_err(whose)?;
        }
        let answers = routes.iter().map(|_| Arc::default()).collect();
        Ok(RouteTable { routes, answers, router })
    }

    /// Takes over what was counted under the table before: an address that stands in both is counted on.
    pub(crate) fn go_on_counting(&mut self, before: &RouteTable) {
        let counted = before.routes.iter().zip(&before.answers);
        let counted: HashMap<_, _> = counted.map(|(r, answers)| ((r.method, &*r.path), answers)).collect();
        for (route, answers) in self.routes.iter().zip(&mut self.answers) {
            if let Some(before) = counted.get(&(route.method, &*route.path)) {
                *answers = Arc::clone(before);
            }
        }
    }

    /// Every row with how it was answered.
    pub(super) fn answered(&self) -> impl Iterator<Item = (&Route, &Answers)> {
        self.routes.iter().map(Arc::as_ref).zip(self.answers.iter().map(Arc::as_ref))
    }

    /// Refuses acts nobody declared, and open routes whose act the pack does not grant to everybody.
    pub fn check<'a>(&self, acts: impl IntoIterator<Item = &'a str>, roles: &Roles) -> Result<()> {
        let known: BTreeSet<&str> = acts.into_iter().collect();
        let everybody = roles.get(PUBLIC);
        for route in &self.routes {
            let line = format!("{} {}", route.method.as_str(), route.path);
            // The act of a definition is declared by the definition itself.
            if route.of.is_none() && !known.contains(&*route.act) {
                return Err(Error::internal(format!("{line}: no capability declares the act {}", route.act)));
            }
            let granted = everybody.is_some_and(|role| !role.reaches(&route.act).is_empty());
            if route.access == Access::Public && !granted {
                let act = &route.act;
                return Err(Error::internal(format!(
                    "{line} is open, but the pack does not grant {act} to {PUBLIC}"
                )));
            }
        }
        Ok(())
    }

    /// All routes, in the order they were given.
    pub fn all(&self) -> &[Arc<Route>] {
        &self.routes
    }

    /// What an address and a method lead to; HEAD asks for what GET answers.
    pub(super) fn find(&self, method: &http::Method, path: &str) -> Result<Found<'_>> {
        let Ok(hit) = self.router.at(path) else { return Ok(Found::Nothing) };
        let cell = *hit.value;
        let place = match *method {
            http::Method::GET | http::Method::HEAD => cell.get,
            http::Method::POST => cell.post,
            _ => None,
        };
        let Some(place) = place else {
            return Ok(Found::Method(match (cell.get, cell.post) {
                (Some(_), Some(_)) => "GET, HEAD, POST",
                (Some(_), None) => "GET, HEAD",
                _ => "POST",
            }));
        };
        let mut params = Vec::with_capacity(hit.params.len());
        for (name, value) in hit.params.iter() {
            let value = crate::http::query::decode(value.as_bytes(), false)?;
            params.push((name.to_owned(), value.into_owned()));
        }
        Ok(Found::Route(place, &self.routes[place], params))
    }

    /// One line a route, by address: `docs/generated/routes.txt`.
    pub fn routes_text(&self) -> String {
        let mut lines: Vec<String> = self
            .routes
            .iter()
            .map(|r| {
                let access = match r.access {
                    Access::Open => "open",
                    Access::Public => "everybody",
                    Access::Right => "right",
                    Access::SignedIn => "signed in",
                };
                let face = match r.face {
                    Face::Page => "page",
                    Face::Api => "api",
                    Face::Asset => "asset",
                };
                let line =
                    format!("{:<52} {:<4} {:<28} {face:<6} {access}", r.path, r.method.as_str(), r.act);
                line.trim_end().to_owned()
            })
            .collect();
        lines.sort();
        lines.join("\n") + "\n"
    }

    /// Every act with the roles that have it and how far: `docs/generated/permissions.txt`.
    pub fn permissions_text(&self, roles: &Roles) -> String {
        let mut acts: Vec<&str> = self.routes.iter().map(|r| &*r.act).collect();
        acts.extend(roles.all().iter().flat_map(|role| role.grants.iter().map(|g| g.act.as_str())));
        acts.sort_unstable();
        acts.dedup();
        let mut text = String::new();
        for act in acts {
            let _ = writeln!(text, "{act} {}", roles.act_label(act));
            for role in roles.all() {
                let reaches: Vec<&str> = role.reaches(act).into_iter().map(Reach::key).collect();
                if !reaches.is_empty() {
                    let _ = writeln!(text, "    {:<24} {}", role.key, reaches.join(", "));
                }
            }
        }
        text
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::http::{GET, POST, Reply, api, page};
    use crate::pack::{Grant, Office, Role, Source, SourceKind};

    fn nothing(_: &crate::http::Call) -> Result<Reply> {
        Ok(Reply::nothing())
    }

    fn made(routes: Vec<Route>) -> Result<RouteTable> {
        RouteTable::new(routes.into_iter().map(Arc::new).collect())
    }

    fn table() -> RouteTable {
        made(vec![
            page(GET, "/opinions", "opinion.list", nothing),
            page(POST, "/opinions", "opinion.submit", nothing).public(),
            api(GET, "/api/v1/opinions/{id}", "opinion.read", nothing),
            api(POST, "/api/v1/opinions/{id}/sign", "opinion.sign", nothing),
        ])
        .unwrap()
    }

    #[test]
    fn absent_and_wrong_method_are_told_apart() {
        let table = table();
        assert!(matches!(table.find(&http::Method::GET, "/opinions/"), Ok(Found::Nothing)));
        assert!(matches!(
            table.find(&http::Method::DELETE, "/opinions"),
            Ok(Found::Method("GET, HEAD, POST"))
        ));
        assert!(matches!(table.find(&http::Method::HEAD, "/opinions"), Ok(Found::Route(0, ..))));
        let Ok(Found::Route(2, route, params)) = table.find(&http::Method::GET, "/api/v1/opinions/a%2Fb")
        else {
            panic!("the route is there")
        };
        assert_eq!((&*route.act, params[0].1.as_str()), ("opinion.read", "a/b"));
        assert!(table.find(&http::Method::GET, "/api/v1/opinions/%ff").is_err());
    }

    #[test]
    fn one_address_one_route() {
        let twice = vec![page(GET, "/a", "a.read", nothing), page(GET, "/a", "b.read", nothing)];
        assert!(made(twice).is_err());
        let hidden = vec![page(GET, "/a/{x}", "a.read", nothing), page(POST, "/a/{y}", "b.read", nothing)];
        assert!(made(hidden).is_err());
    }

    #[test]
    fn acts_are_declared_and_open_ones_granted() {
        let acts = ["opinion.list", "opinion.submit", "opinion.read", "opinion.sign"];
        let open = Grant { act: "opinion.submit".into(), reach: Reach::Public, by: Vec::new() };
        let everybody = Role {
            key: PUBLIC.into(),
            title: "公众".into(),
            office: Office::None,
            grants: vec![open],
            explain: String::new(),
            source: Source { basis: String::new(), kind: SourceKind::Default },
        };
        let roles = Roles::new("v", vec![everybody], BTreeMap::new());
        assert!(table().check(acts, &roles).is_ok());
        assert!(table().check(acts[1..].to_vec(), &roles).unwrap_err().log_line().contains("opinion.list"));
        assert!(table().check(acts, &Roles::default()).unwrap_err().log_line().contains("grant"));
        assert!(table().permissions_text(&roles).contains("public"));
        assert!(table().routes_text().starts_with("/api/v1/opinions/{id} "));
    }
}
