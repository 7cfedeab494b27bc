//! The route table: every address of the city in one list, checked once, matched in a few steps, printed for review.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::sync::Arc;

use crate::error::{Error, Result};
use crate::http::route::{Access, Face, Method, Route};
use crate::pack::Reach;
use crate::rights::{PUBLIC, Roles};

/// All routes.
pub struct RouteTable {
    routes: Vec<Arc<Route>>,
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

impl RouteTable {
    /// Puts the table together; refuses two routes for one address and method, and addresses that hide each other.
    pub fn new(routes: Vec<Route>) -> Result<RouteTable> {
        let routes: Vec<Arc<Route>> = routes.into_iter().map(Arc::new).collect();
        let mut cells: BTreeMap<&str, Cell> = BTreeMap::new();
        for (place, route) in routes.iter().enumerate() {
            let cell = cells.entry(&route.path).or_default();
            let slot = match route.method {
                Method::Get => &mut cell.get,
                Method::Post => &mut cell.post,
            };
            if slot.replace(place).is_some() {
                return Err(Error::internal(format!(
                    "{} {} stands twice",
                    route.method.as_str(),
                    route.path
                )));
            }
        }
        let mut router = matchit::Router::new();
        for (path, cell) in cells {
            router.insert(path, cell).map_err(|e| Error::internal(format!("route {path}: {e}")))?;
        }
        Ok(RouteTable { routes, router })
    }

    /// Refuses acts nobody declared, and open routes whose act the pack does not grant to everybody.
    pub fn check<'a>(&self, acts: impl IntoIterator<Item = &'a str>, roles: &Roles) -> Result<()> {
        let known: std::collections::BTreeSet<&str> = acts.into_iter().collect();
        let everybody = roles.get(PUBLIC);
        for route in &self.routes {
            let line = format!("{} {}", route.method.as_str(), route.path);
            if !known.contains(&*route.act) {
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

    fn table() -> RouteTable {
        RouteTable::new(vec![
            page(GET, "/appeals", "appeal.list", nothing),
            page(POST, "/appeals", "appeal.submit", nothing).public(),
            api(GET, "/api/v1/appeals/{id}", "appeal.read", nothing),
            api(POST, "/api/v1/appeals/{id}/sign", "appeal.sign", nothing),
        ])
        .unwrap()
    }

    #[test]
    fn absent_and_wrong_method_are_told_apart() {
        let table = table();
        assert!(matches!(table.find(&http::Method::GET, "/appeals/"), Ok(Found::Nothing)));
        assert!(matches!(
            table.find(&http::Method::DELETE, "/appeals"),
            Ok(Found::Method("GET, HEAD, POST"))
        ));
        assert!(matches!(table.find(&http::Method::HEAD, "/appeals"), Ok(Found::Route(0, ..))));
        let Ok(Found::Route(2, route, params)) = table.find(&http::Method::GET, "/api/v1/appeals/a%2Fb")
        else {
            panic!("the route is there")
        };
        assert_eq!((&*route.act, params[0].1.as_str()), ("appeal.read", "a/b"));
        assert!(table.find(&http::Method::GET, "/api/v1/appeals/%ff").is_err());
    }

    #[test]
    fn one_address_one_route() {
        let twice = vec![page(GET, "/a", "a.read", nothing), page(GET, "/a", "b.read", nothing)];
        assert!(RouteTable::new(twice).is_err());
        let hidden = vec![page(GET, "/a/{x}", "a.read", nothing), page(POST, "/a/{y}", "b.read", nothing)];
        assert!(RouteTable::new(hidden).is_err());
    }

    #[test]
    fn acts_are_declared_and_open_ones_granted() {
        let acts = ["appeal.list", "appeal.submit", "appeal.read", "appeal.sign"];
        let open = Grant { act: "appeal.submit".into(), reach: Reach::Public };
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
        assert!(table().check(acts[1..].to_vec(), &roles).unwrap_err().log_line().contains("appeal.list"));
        assert!(table().check(acts, &Roles::default()).unwrap_err().log_line().contains("grant"));
        assert!(table().permissions_text(&roles).contains("public"));
        assert!(table().routes_text().starts_with("/api/v1/appeals/{id} "));
    }
}
