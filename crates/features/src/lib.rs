//! One folder a capability, grouped as the policy is; this file is the list of them.

pub mod base;
pub mod growth;
pub mod migrations;
mod shell;

use std::sync::Arc;

use huitong_kernel::capability::Capability;
use huitong_kernel::house::House;
use huitong_kernel::http::{Hooks, asset, metrics, openapi};
use huitong_kernel::pack::{Needed, Vocabulary, needs};

use base::places::{self, under};
use base::{
    admin, associations, attachments, duty, identity, imports, journal, matters, notices, registers, units,
};
use growth::appeals;

pub use shell::shell;

/// Every capability; acts are listed to people in this order.
pub fn capabilities() -> Vec<Capability> {
    vec![
        appeals::capability(),
        matters::capability(),
        registers::capability(),
        identity::capability(),
        admin::capability(),
        units::capability(),
        associations::capability(),
        duty::capability(),
        attachments::capability(),
        notices::capability(),
        imports::capability(),
        journal::capability(),
        system(),
    ]
}

/// What the program itself does, and asks of every pack.
fn system() -> Capability {
    let named =
        Capability::named("system", &[("metrics.view", "查看运行指标"), ("api.describe", "查看接口说明")]);
    let secrets = needs(Needed::Warning, &[("no_secrets", "每个自由文本和附件处的涉密提示")]);
    Capability {
        vocabulary: Vocabulary { needs: secrets, ..named.vocabulary },
        routes: vec![
            asset("/metrics", "metrics.view", metrics::answer).summary("运行指标"),
            asset("/api/openapi.json", "api.describe", openapi::answer)
                .open()
                .summary("接口说明（OpenAPI 3.1）"),
        ],
        ..named
    }
    .hands(under(places::EXCHANGE, &["metrics"]))
}

/// All capabilities put together: what a city is opened with.
pub fn house() -> Arc<House> {
    Arc::new(House::new(capabilities()))
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
