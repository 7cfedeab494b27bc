//! Addresses that a pack brings with its definitions: they come, change and stay while the city runs.

use std::sync::Arc;

use serde_json::json;

use super::city::{Town, house};
use crate::capability::Capability;
use crate::city::Limits;
use crate::error::Result;
use crate::http::{Call, GET, POST, Reply, Route, Schemas, Settings, api, page};
use crate::pack::Pack;
use crate::policy::Policy;

fn says_of(c: &Call) -> Result<Reply> {
    let of = c.route.of.as_deref().unwrap_or("-");
    Ok(Reply::text(format!("{of} under {}", c.ctx.pack()?.version)))
}

fn described(_: &mut Schemas, pack: &Pack, key: &str) -> serde_json::Value {
    json!({"title": format!("{key} of {}", pack.version)})
}

fn definition(key: &str, path: &str) -> Vec<Route> {
    let of: Arc<str> = key.into();
    vec![
        page(GET, path.to_owned(), format!("{key}.view"), says_of).of(&of),
        api(POST, format!("/api/v1{path}"), format!("{key}.add"), says_of)
            .of(&of)
            .takes_defined(described)
            .answers_defined(described)
            .summary(format!("登记{key}")),
    ]
}

/// The definitions of these tests, by the version of the pack.
fn expand(pack: &Pack) -> Vec<Route> {
    match pack.version.as_str() {
        "second" => definition("pairing", "/pairings"),
        "third" => definition("interview", "/interviews"),
        "of the house" => definition("pairing", "/desk"),
        "hides" => definition("pairing", "/things/{key}"),
        "two at once" => [definition("pairing", "/pairings"), definition("friend", "/pairings")].concat(),
        "another's" => definition("friend", "/pairings"),
        _ => Vec::new(),
    }
}

fn town() -> Town {
    let bringer = Capability { expand: Some(expand), ..Capability::default() };
    let limits = Limits { rate_limit_public: false, ..Limits::default() };
    Town::of(house(vec![bringer]), limits, Settings::default())
}

fn named(town: &Town, version: &str) -> Arc<Pack> {
    let mut pack = town.site.city.pack().as_ref().clone();
    pack.version = version.into();
    Arc::new(pack)
}

fn policy(town: &Town, version: &str, older: &[&str]) -> Result<Policy> {
    let older = older.iter().map(|version| named(town, version)).collect();
    Policy::new(named(town, version), older, &town.site.city.policy().house)
}

#[test]
fn a_pack_in_force_brings_its_addresses_and_those_of_the_one_before_stay() {
    let town = town();
    let get = |path| town.ask("GET", path, &["cookie: ht_session=good"], "").status;
    assert_eq!((get("/pairings"), get("/who")), (404, 200));
    town.site.city.put_in_force(policy(&town, "second", &[]).unwrap());
    // The page is there, and whoever has no right to it is told so.
    assert_eq!((get("/pairings"), get("/interviews"), get("/who")), (403, 404, 200));
    town.site.city.put_in_force(policy(&town, "third", &["first", "second"]).unwrap());
    assert_eq!((get("/pairings"), get("/interviews"), get("/who")), (403, 403, 200));

    let now = town.site.city.policy();
    let of = |path: &str| now.routes.all().iter().find(|r| r.path == path).unwrap().of.clone();
    assert_eq!((of("/pairings").as_deref(), of("/who").as_deref()), (Some("pairing"), None));
    let document = crate::http::openapi::document(&now.routes, now.pack.as_deref().unwrap(), "0.1.0");
    let add = &document["paths"]["/api/v1/interviews"]["post"];
    assert_eq!(add["summary"], "登记interview");
    for part in [&add["requestBody"], &add["responses"]["200"]] {
        assert_eq!(part["content"]["application/json"]["schema"]["title"], "interview of third");
    }
}

#[test]
fn what_is_counted_goes_on_when_the_table_changes() {
    let town = town();
    town.get("/who");
    town.site.city.put_in_force(policy(&town, "second", &[]).unwrap());
    town.get("/pairings");
    let before = town.site.city.policy();
    town.site.city.put_in_force(policy(&town, "third", &["second"]).unwrap());
    town.get("/who");
    town.get("/pairings");
    let counts = |policy: &Policy| {
        let mut counts = String::new();
        town.site.metrics.write(&policy.routes, &mut counts);
        counts
    };
    let now = counts(&town.site.city.policy());
    assert!(now.contains("route=\"/who\",status=\"2xx\"} 2"), "{now}");
    assert!(
        now.contains("act=\"pairing.view\",method=\"GET\",route=\"/pairings\",status=\"3xx\"} 2"),
        "{now}"
    );
    // A request that began under the table before is not lost either.
    assert!(counts(&before).contains("route=\"/who\",status=\"2xx\"} 2"));
}

#[test]
fn a_version_that_says_the_same_again_adds_no_row() {
    let town = town();
    let rows = |policy: Policy| policy.routes.all().len();
    let once = rows(policy(&town, "second", &[]).unwrap());
    assert_eq!(rows(policy(&town, "second", &["second", "second"]).unwrap()), once);
}

#[test]
fn whoever_takes_an_address_that_is_taken_is_named() {
    let town = town();
    let why = |version: &str, older: &[&str]| match policy(&town, version, older) {
        Ok(_) => String::from("nothing collides"),
        Err(error) => error.log_line(),
    };
    for (version, older, whose) in [
        ("of the house", &[][..], ["/desk", "the house's own desk.view", "the definition pairing"]),
        ("hides", &[], ["/things/{key}", "/things/{id}", "the definition pairing"]),
        ("two at once", &[], ["/pairings", "the definition pairing", "the definition friend"]),
        ("another's", &["second"], ["/pairings", "the definition pairing", "the definition friend"]),
    ] {
        let said = why(version, older);
        assert!(whose.iter().all(|part| said.contains(part)), "{version}: {said}");
    }
}
