//! One folder a capability, grouped as the policy is; this file is the list of them.

pub mod base;
pub mod growth;
pub mod migrations;
mod shell;

use std::sync::Arc;

use huitong_kernel::capability::Capability;
use huitong_kernel::house as kernel;
use huitong_kernel::http::{Hooks, asset, metrics, openapi};
use huitong_kernel::pack::{Needed, Vocabulary, needs, words};

use base::attachments::{Owner, Owners};
use base::notices::{Teller, Tellers};
use base::records::{Subject, Subjects};
use base::{admin, associations, attachments, duty, identity, imports, notices, records, units};
use growth::appeals;

pub use shell::shell;

/// The house as a whole: what one capability needs to know of all others.
pub struct House;

impl Owners for House {
    const OWNERS: &'static [Owner] = &[appeals::FILES];
}

impl Tellers for House {
    const TELLERS: &'static [Teller] = &[appeals::TELLER];
}

impl Subjects for House {
    const SUBJECTS: &'static [Subject] = &[
        appeals::SUBJECT,
        appeals::learning::SUBJECT,
        records::ASSOCIATION,
        records::LINK,
        records::UNIT,
        records::USER,
        records::POST,
        records::SESSION,
        records::TOKEN,
        records::ATTACHMENT,
        records::IMPORT,
        records::PACK,
    ];
    const ACTS: &'static [&'static [(&'static str, &'static str)]] = &[
        appeals::ACT_NAMES,
        appeals::learning::ACTS,
        identity::ACTS,
        admin::ACTS,
        units::ACTS,
        associations::ACTS,
        duty::ACTS,
        attachments::ACTS,
        notices::ACTS,
        imports::ACTS,
        records::ACTS,
        SYSTEM,
    ];
}

/// Acts of the program itself; never granted.
const SYSTEM: &[(&str, &str)] = &[("metrics.view", "查看运行指标"), ("api.describe", "查看接口说明")];

/// Every capability.
pub fn capabilities() -> Vec<Capability> {
    let acts = |acts| Vocabulary { acts: words(acts), ..Vocabulary::default() };
    let base =
        |name, names, routes| Capability { name, vocabulary: acts(names), routes, ..Capability::default() };
    vec![
        appeals::capability(),
        identity::capability(),
        admin::capability(),
        base("units", units::ACTS, Vec::new()),
        base("associations", associations::ACTS, associations::routes()),
        Capability { vocabulary: duty::vocabulary(), ..base("duty", duty::ACTS, duty::routes()) },
        base("attachments", attachments::ACTS, attachments::routes::<House>()),
        Capability {
            followers: vec![notices::follower::<House>()],
            ..base("notices", notices::ACTS, notices::routes())
        },
        base("records", records::ACTS, records::routes::<House>()),
        Capability {
            routes: vec![
                asset("/metrics", "metrics.view", metrics::answer).summary("运行指标"),
                asset("/api/openapi.json", "api.describe", openapi::answer)
                    .open()
                    .summary("接口说明（OpenAPI 3.1）"),
            ],
            vocabulary: Vocabulary {
                needs: needs(Needed::Warning, &[("no_secrets", "每个自由文本和附件处的涉密提示")]),
                ..acts(SYSTEM)
            },
            ..base("system", SYSTEM, Vec::new())
        },
    ]
}

/// All capabilities put together: what a city is opened with.
pub fn house() -> Arc<kernel::House> {
    Arc::new(kernel::House::new(capabilities()))
}

/// What the door asks of the capabilities: who is behind a session or token, and the frame of a page.
pub fn hooks() -> Hooks {
    Hooks {
        session: identity::session,
        bearer: identity::bearer,
        touch: identity::touch,
        shell: shell::shell,
        sign_in_path: "/login",
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use huitong_kernel::pack::Pack;
    use huitong_kernel::policy::Policy;

    /// The shipped pack names only what the code knows, and opens to everybody only what it means to.
    #[test]
    fn the_shipped_pack_fits_the_capabilities() {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../pack");
        let house = super::house();
        for city in ["chengdu", "jinning"] {
            let read =
                Pack::read_dirs(&root.join("chengdu"), &root.join(city).join("city"), &house.vocabulary);
            let pack = read.unwrap_or_else(|findings| panic!("{city}: {findings:#?}"));
            Policy::new(pack.into(), Vec::new(), &house).unwrap();
        }
    }
}
