//! The pages of auditors and administrators.

mod access;
pub(super) mod journal;
mod pack;

use huitong_kernel::http::{GET, Route, api, openapi, page};

use super::interface;

/// The routes of this capability.
pub fn routes() -> Vec<Route> {
    vec![
        page(GET, "/admin/journal", "journal.view", journal::list).summary("操作日志"),
        page(GET, "/admin/journal/{id}", "journal.view", journal::entry)
            .summary("一条操作日志：改前、改后和校验值"),
        api(GET, "/api/v1/journal", "journal.view", interface::list)
            .params(interface::PARAMS)
            .answers(openapi::list_of::<interface::EntryView>)
            .summary("操作日志，最新的在前"),
        page(GET, "/admin/pack", "pack.view", pack::show).summary("现行政策包：每一项的依据和来源"),
        page(GET, "/admin/access", "access.explain", access::show).summary("谁能看到一条记录，依据哪条规则"),
    ]
}
