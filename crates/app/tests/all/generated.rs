//! The documents under docs/generated say what the code says; `HUITONG_WRITE_GENERATED=1` writes them anew.

use std::path::Path;

use huitong_app::documented_config;
use huitong_features::house;
use huitong_features::migrations::MIGRATIONS;
use huitong_kernel::http::openapi;
use huitong_kernel::pack::{Pack, aloud};
use huitong_kernel::policy::Policy;

#[test]
fn the_generated_documents_are_current() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let house = house();
    let pack = Pack::read_dir(&root.join("pack/chengdu"), &house.vocabulary).unwrap();
    let policy = Policy::new(pack.into(), Vec::new(), &house).unwrap();
    let routes = &policy.routes;
    let document = openapi::document(routes, policy.pack.as_deref().unwrap(), env!("CARGO_PKG_VERSION"));
    let schema: Vec<&str> = MIGRATIONS.iter().map(|migration| migration.sql.trim_end()).collect();
    let pack = policy.pack.as_deref().unwrap();
    let mut documents = vec![
        (String::from("config.toml"), documented_config()),
        (String::from("openapi.json"), serde_json::to_string_pretty(&document).unwrap() + "\n"),
        (String::from("permissions.txt"), routes.permissions_text(&policy.roles)),
        (String::from("routes.txt"), routes.routes_text()),
        (String::from("schema.sql"), schema.join("\n\n") + "\n"),
    ];
    // Every sentence of every procedure, as an official reads it.
    documents.extend(
        pack.definitions
            .iter()
            .filter(|of| of.coded || of.stands_alone())
            .map(|of| (format!("read/{}.txt", of.key), aloud(pack, of))),
    );
    let folder = root.join("docs/generated");
    let write = std::env::var("HUITONG_WRITE_GENERATED").is_ok_and(|said| said == "1");
    for (name, text) in documents {
        let file = folder.join(&name);
        if write {
            std::fs::create_dir_all(file.parent().unwrap()).unwrap();
            std::fs::write(&file, &text).unwrap();
        }
        let kept = std::fs::read_to_string(&file).unwrap_or_default();
        assert!(kept == text, "docs/generated/{name} does not say what the code says: run `make gen`");
    }
}
