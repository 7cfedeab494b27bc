//! The capabilities put together: what is served, and what is done after acts.

use huitong_features::base::{attachments, identity};
use huitong_features::capabilities;
use huitong_kernel::clock::Random;
use huitong_kernel::digest::hex;
use huitong_kernel::http::{Route, asset, metrics, openapi};
use huitong_kernel::idempotency;

use crate::worker::{Sweep, Worker};

/// Every row of the route table.
pub fn routes() -> Vec<Route> {
    let mut routes = vec![
        asset("/metrics", "metrics.view", metrics::answer).summary("运行指标"),
        asset("/api/openapi.json", "api.describe", openapi::answer).open().summary("接口说明（OpenAPI 3.1）"),
    ];
    routes.extend(capabilities().into_iter().flat_map(|capability| capability.routes));
    routes
}

/// The work of every capability.
pub fn worker() -> Worker {
    let mut name = [0; 8];
    Random::system().fill(&mut name);
    Worker::new(
        capabilities(),
        vec![Sweep::Rows(identity::sweep), Sweep::Rows(idempotency::sweep), Sweep::Place(attachments::sweep)],
        format!("{}-{}", std::process::id(), hex(&name)),
    )
}
