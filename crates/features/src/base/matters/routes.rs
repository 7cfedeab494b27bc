//! The addresses that a definition brings: a list, a matter, its acts, for people and for programs.

use std::sync::Arc;

use huitong_kernel::http::{GET, POST, Route, api as operation, asset, page, schema};
use huitong_kernel::pack::{Act, Definition, Pack};

use super::api::{self, ActDone};
use super::{entries, pages};

/// The rows that do not depend on the pack.
pub fn fixed() -> Vec<Route> {
    vec![
        operation(GET, "/api/v1/matters", "desk.view", api::every)
            .on_both()
            .params(api::EVERY)
            .answers_defined(api::every_schema)
            .summary("各类事项里要办的"),
    ]
}

/// The rows of every procedure of a pack that has no code of its own.
pub fn expand(pack: &Pack) -> Vec<Route> {
    pack.definitions.iter().filter(|of| of.stands_alone()).flat_map(|of| of_definition(pack, of)).collect()
}

fn of_definition(pack: &Pack, of: &Definition) -> Vec<Route> {
    let (key, path, title): (Arc<str>, &str, &str) = (of.key.as_str().into(), &of.path, &of.title);
    let place = |tail: &str| format!("/{path}{tail}");
    let program = |tail: &str| format!("/api/v1/{path}{tail}");
    let mut rows = vec![
        page(GET, place(""), of.view(), pages::list).summary(format!("{title}：列表")),
        page(GET, place("/{id}"), of.view(), pages::show).summary(format!("{title}：一件")),
        page(GET, place("/{id}/history"), of.view(), pages::history)
            .summary(format!("{title}：每一步怎么变的")),
        operation(GET, program(""), of.view(), api::listed)
            .params(api::params(of))
            .answers_defined(api::list_schema)
            .summary(format!("{title}：列表，只含看得到的")),
        operation(GET, program("/{id}"), of.view(), api::show)
            .answers_defined(api::full_schema)
            .summary(format!("{title}：一件")),
        operation(GET, program("/{id}/acts"), of.view(), api::offered)
            .answers(api::offers_schema)
            .summary(format!("{title}：现在能做什么，不能做的差什么")),
    ];
    let within = of.register.iter().flat_map(|register| &register.within);
    let within: Vec<&Definition> = within.filter_map(|key| pack.definition(key)).collect();
    if let Some(register) = &of.register {
        if !register.reminders.is_empty() {
            let summary = format!("{title}：为本单位开启或者关闭提醒");
            rows.push(page(POST, place("/remind"), entries::reminders::ACT, pages::remind).summary(summary));
        }
        rows.push(
            asset(place("/suggest"), of.view(), entries::api::suggest).summary(format!("{title}：名称提示")),
        );
        rows.push(
            operation(GET, program("/{id}/versions"), of.view(), entries::api::versions)
                .answers_defined(entries::api::versions_schema)
                .summary(format!("{title}：一条的各个版本")),
        );
    }
    let form = |act: &Act| act.form.clone().unwrap_or_default();
    let forms_within = |act: &Act| -> Vec<String> {
        within.iter().filter_map(|child| child.act_named(&act.name)?.form.clone()).collect()
    };
    for (nth, act) in of.beginnings().enumerate() {
        let summary = format!("{title}：{}", act.label);
        let tail = format!("/new/{}", act.key);
        rows.push(page(GET, place(&tail), act.name.clone(), pages::fill).summary(summary.clone()));
        rows.push(
            page(POST, place(&tail), act.name.clone(), pages::begin)
                .form(form(act))
                .uploads()
                .summary(summary.clone()),
        );
        // The first beginning is what a program posts to the list; others by their name.
        let address = if nth == 0 { program("") } else { program(&tail) };
        rows.push(
            operation(POST, address, act.name.clone(), api::begin)
                .form(form(act))
                .uploads()
                .creates()
                .answers_defined(api::begun_schema)
                .summary(summary),
        );
    }
    for act in of.acts.iter().filter(|act| act.is_done_by_people()) {
        let (summary, tail) = (format!("{title}：{}", act.label), format!("/{{id}}/{}", act.key));
        rows.push(page(GET, place(&tail), act.name.clone(), pages::form).summary(summary.clone()));
        rows.push(
            page(POST, place(&tail), act.name.clone(), pages::perform)
                .form(form(act))
                .forms_within(forms_within(act))
                .uploads()
                .summary(summary.clone()),
        );
        rows.push(
            operation(POST, program(&tail), act.name.clone(), api::act)
                .form(form(act))
                .forms_within(forms_within(act))
                .uploads()
                .answers(schema::<ActDone>)
                .summary(summary),
        );
    }
    let mut rows: Vec<Route> = rows.into_iter().map(|row| row.of(&key)).collect();
    rows.extend(within.iter().map(|child| {
        operation(GET, program(&format!("/{{id}}/{}", child.short())), of.view(), entries::api::rows)
            .answers_defined(entries::api::rows_schema)
            .summary(format!("{title}：{}", child.title))
            .of(&child.key.as_str().into())
    }));
    // What is a work secret stays on the staff's side; all else is for whoever is signed in, too.
    if of.work_secret {
        return rows;
    }
    rows.into_iter().map(Route::on_both).collect()
}
