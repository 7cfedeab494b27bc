//! The pages of auditors and administrators.

mod access;
pub(super) mod journal;
mod pack;

use huitong_kernel::http::{GET, POST, Route, api, openapi, page};

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
        page(GET, "/admin/pack", "pack.view", pack::show).summary("现行政策规则库：每一项的依据和来源"),
        page(POST, "/admin/pack/confirm", "pack.confirm", pack::confirm)
            .summary("确认一项系统默认、待核实的内容"),
        api(POST, "/api/v1/pack/confirm", "pack.confirm", interface::confirm)
            .takes(openapi::schema::<interface::Confirm>)
            .answers(openapi::schema::<interface::Confirmed>)
            .summary("确认一项系统默认、待核实的内容，写明依据的文件"),
        page(GET, "/admin/access", "access.explain", access::show).summary("一条记录的可见范围和依据的规则"),
    ]
}
