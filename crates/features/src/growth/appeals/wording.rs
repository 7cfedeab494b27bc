//! How entries of the journal on a case are read aloud: labels of the flow, the lists and the forms it was done under.

use huitong_kernel::Tx;
use huitong_kernel::journal::Kept;
use huitong_kernel::pack::{Field, Pack};

use super::{flow, policy};

/// The word for a field of the act's form (`form.reason`), or for what the record says of a file.
pub fn inner(tx: &Tx, kept: &Kept, path: &str) -> Option<String> {
    let word = match path {
        "files.type" => "类型",
        "files.size" => "字节",
        "files.sm3" => "摘要（SM3）",
        _ => return Some(form_field(pack(tx, kept)?, kept, path)?.label.clone()),
    };
    Some(word.to_owned())
}

/// What a value stands for: the state of the flow, the category's path, the choice of a list.
pub fn meaning(tx: &Tx, kept: &Kept, path: &str, text: &str) -> Option<String> {
    let pack = pack(tx, kept)?;
    let of_list = |list: &str| pack.label(list, text).map(str::to_owned);
    match path {
        "state" => Some(flow(pack).state(text)?.label.clone()),
        "category" => policy::of(pack).category_path(text),
        "due_limit" | "limit" => Some(flow(pack).limit(text)?.title.clone()),
        "source" => of_list("appeal_source"),
        "solved" | "satisfied" => of_list(path),
        "reason" => of_list("contact_reason"),
        "outcome" => {
            let outcomes = &flow(pack).act(verb(kept))?.outcomes;
            Some(outcomes.iter().find(|outcome| outcome.key == text)?.label.clone())
        }
        "form.unit" => Some(pack.unit(text)?.name.clone()),
        _ => {
            let options = form_field(pack, kept, path)?.options.as_ref()?;
            pack.label(options, text).map(str::to_owned)
        }
    }
}

/// The pack in force when the entry was written, so that a label stays what it was.
fn pack<'a>(tx: &'a Tx, kept: &Kept) -> Option<&'a Pack> {
    tx.ctx().policy.version(&kept.pack).or(tx.ctx().pack().ok())
}

fn verb(kept: &Kept) -> &str {
    kept.act.rsplit('.').next().unwrap_or_default()
}

fn form_field<'a>(pack: &'a Pack, kept: &Kept, path: &str) -> Option<&'a Field> {
    let form = flow(pack).act(verb(kept))?.form.as_deref()?;
    let key = path.strip_prefix("form.")?;
    // What was looked up stands beside its words under `NAME_id`.
    let form = pack.form(form)?;
    form.field(key).or_else(|| form.field(key.strip_suffix("_id")?))
}
