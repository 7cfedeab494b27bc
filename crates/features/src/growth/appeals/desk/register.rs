//! 代录诉求: intake writes down what a caller says, with the source system's own number.

use askama::Template;
use huitong_kernel::error::FieldError;
use huitong_kernel::http::FormView;
use huitong_kernel::http::page::Shell;
use huitong_kernel::http::{Call, Filled, Reply};
use huitong_kernel::{OrMissing, Result};

use crate::growth::appeals::{api, submit};

#[derive(Template)]
#[template(path = "growth/appeals/desk/pages/register.html")]
struct RegisterPage {
    shell: Shell,
    form: FormView,
    token: String,
}

/// `GET /appeals/register`.
pub fn form(c: &Call) -> Result<Reply> {
    draw(c, &[])
}

/// `POST /appeals/register`.
pub fn create(c: &Call) -> Result<Reply> {
    let done = api::input(c).and_then(|input| c.write(|tx| submit::register(tx, &input, None)));
    match done {
        Ok(receipt) => {
            let told = format!(
                "已录入，编号 {}，查询码 {}。请告知诉求人；查询码只显示这一次。",
                receipt.number, receipt.tracking_code
            );
            c.see_saying(&format!("/appeals/{}", receipt.id), &told)
        }
        Err(error) => c.again(error, |errors| draw(c, errors)),
    }
}

fn draw(c: &Call, errors: &[FieldError]) -> Result<Reply> {
    let pack = c.ctx.pack()?;
    let form = pack.form("appeal_register").or_missing()?;
    let fresh = Filled::of(&[("disclosure", "named")]);
    let typed = if c.route.method == huitong_kernel::http::POST { c.filled()? } else { &fresh };
    let view = FormView::new(form, pack, typed, errors)
        .suggest("association", "/orgs/suggest?q=")
        .suggest("about", "/orgs/suggest?with=units&q=");
    let mut shell = c.shell("代录诉求")?;
    shell.has_errors = !errors.is_empty();
    c.page(&RegisterPage { shell, form: view, token: c.submit_token() })
}
