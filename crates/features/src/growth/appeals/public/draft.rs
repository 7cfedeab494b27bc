//! An appeal between its steps: everything typed travels in the form itself, nothing is kept on the server but the files.

use huitong_kernel::Result;
use huitong_kernel::clock::machine_now;
use huitong_kernel::error::{FieldError, Kind};
use huitong_kernel::http::form::{self, Checked, FormView};
use huitong_kernel::http::page::Choice;
use huitong_kernel::http::{Call, Filled, Upload};
use huitong_kernel::pack::{self, Control, Form, Pack};

use super::known::Known;
use super::named;
use super::sealed::Seal;
use crate::base::attachments::{self, HINT, KeptFile, MAX_FILES, Sender};
use crate::growth::appeals::model::{ANONYMOUS, NAMED};
use crate::growth::appeals::submit;

/// Field of the form that carries sealed files.
const KEPT: &str = "kept";
/// Field whose values are the digests of files to leave out.
const REMOVE: &str = "remove";

/// A file that was chosen before.
#[derive(Debug, Clone)]
pub struct Kept {
    /// The file.
    pub file: KeptFile,
    /// What the form carries of it.
    pub seal: String,
}

/// What is filled in so far.
#[derive(Debug, Clone, Default)]
pub struct Draft {
    /// Texts.
    pub filled: Filled,
    /// Files.
    pub kept: Vec<Kept>,
    /// What is wrong.
    pub errors: Vec<FieldError>,
    /// Whether a stop marking was found.
    pub stopped: bool,
}

impl Draft {
    /// A new form: what the address says and what is known.
    pub fn begun(c: &Call, known: &Known) -> Result<Draft> {
        let mut draft = Draft::default();
        draft.put("disclosure", NAMED);
        for (field, with_units) in [("association", false), ("about", true)] {
            let Some(id) = c.query(field) else { continue };
            if let Some((id, name)) = c.read(|tx| named::by_id(tx, id, with_units))? {
                draft.put(field, &name);
                draft.put(&format!("{field}_id"), &id);
            }
        }
        if c.query("about").is_some() {
            draft.put("kind", "投诉");
        }
        draft.fill_known(known);
        Ok(draft)
    }

    /// What a form sent, before anything is looked at.
    pub fn sent(c: &Call, known: &Known) -> Result<Draft> {
        let sent = c.filled()?;
        let (seal, now) = (Seal::of(&c.city.data)?, machine_now());
        let removed = sent.all(REMOVE);
        let carried = sent.all(KEPT).into_iter();
        let file = |text: &str| seal.open(text, now).filter(KeptFile::is_there);
        let open = |text: &str| Some(Kept { file: file(text)?, seal: text.to_owned() });
        let kept: Vec<Kept> = carried.clone().filter_map(open).collect();
        let mut draft = Draft { filled: sent.clone(), ..Draft::default() };
        if kept.len() < carried.count() {
            draft.say("files", String::from("之前选的附件已经过期，请重新选择"));
        }
        draft.kept = kept.into_iter().filter(|k| !removed.contains(&k.file.digest.as_str())).collect();
        draft.filled.values.entry("disclosure".into()).or_insert_with(|| NAMED.into());
        draft.fill_known(known);
        Ok(draft)
    }

    fn put(&mut self, key: &str, value: &str) {
        self.filled.values.insert(key.to_owned(), value.to_owned());
    }

    fn say(&mut self, field: &str, message: String) {
        self.errors.push(FieldError { field: field.to_owned(), message });
    }

    fn fill_known(&mut self, known: &Known) {
        for (key, value) in [("contact_name", &known.contact_name), ("contact_phone", &known.contact_phone)] {
            self.filled.values.entry(key.to_owned()).or_insert_with(|| value.clone());
        }
        for field in known.fields() {
            self.filled.values.remove(*field);
            self.filled.values.remove(&format!("{field}_id"));
        }
    }

    /// Checks everything and keeps new files; what was found wrong stands in `errors` afterwards.
    pub fn check(&mut self, c: &Call, form: &Form, known: &Known) -> Result<Checked> {
        let pack = c.ctx.pack()?;
        let uploads = std::mem::take(&mut self.filled.files);
        let stopped = stopped(form, pack, &self.filled, &uploads);
        match stopped {
            None => self.keep(c, pack, &uploads)?,
            Some(stop) => {
                // What a text demands is said at the text by the check below; the file is gone by then.
                self.stopped = true;
                self.errors.extend(stop.of_file);
            }
        }
        for (field, with_units) in [("association", false), ("about", true)] {
            let shown = form.field(field).is_some_and(|f| f.visible(&self.filled.values));
            if shown && !known.fields().contains(&field) {
                let (filled, wrong) = c.read(|tx| {
                    let mut filled = self.filled.clone();
                    let wrong = named::settle(tx, &mut filled, field, with_units)?;
                    Ok((filled, wrong))
                })?;
                self.filled = filled;
                self.errors.extend(wrong);
            }
        }
        if known.post.is_none() {
            self.errors.extend(c.read(|tx| submit::wrong_company(tx, form, &self.filled))?);
        }
        if known.signed_in && self.filled.get("disclosure") == ANONYMOUS {
            self.say(
                "disclosure",
                String::from("登录后提交的诉求不能匿名；需要匿名的，请退出登录后在公开页面提交"),
            );
        }
        match form::check(form, pack, &self.filled, c.ctx.today()) {
            Ok(checked) => Ok(checked),
            Err(wrong) => {
                self.errors.extend(wrong);
                // Errors are read from top to bottom of the form.
                let place = |e: &FieldError| form.fields.iter().position(|f| f.key == e.field);
                self.errors.sort_by_key(place);
                Ok(Checked::default())
            }
        }
    }

    /// Each file is judged alone, so that one bad file does not cost the good ones.
    fn keep(&mut self, c: &Call, pack: &Pack, uploads: &[Upload]) -> Result<()> {
        let (sender, seal, now) = (Sender::of(c), Seal::of(&c.city.data)?, machine_now());
        for upload in uploads {
            if self.kept.len() >= MAX_FILES {
                self.say("files", format!("最多 {MAX_FILES} 个附件，“{}”没有上传", upload.name));
                continue;
            }
            match attachments::take(&c.city, pack, &sender, std::slice::from_ref(upload)) {
                Ok(kept) => self.take(kept, |file| seal.set(file, now)),
                Err(error) if !error.field_errors().is_empty() => {
                    error.field_errors().iter().for_each(|e| self.say("files", e.message.clone()));
                }
                // There is no room for it, or it did not come through: the words go on without it.
                Err(error) if matches!(error.kind(), Kind::Busy | Kind::TooMany | Kind::Malformed) => {
                    self.say("files", error.message().to_owned());
                }
                Err(error) => return Err(error),
            }
        }
        Ok(())
    }

    fn take(&mut self, files: Vec<KeptFile>, seal: impl Fn(&KeptFile) -> String) {
        for file in files {
            if !self.kept.iter().any(|k| k.file.digest == file.digest) {
                self.kept.push(Kept { seal: seal(&file), file });
            }
        }
    }

    /// The files for the act.
    pub fn files(&self) -> Vec<KeptFile> {
        self.kept.iter().map(|k| k.file.clone()).collect()
    }

    /// The form as it is drawn: without what is known, and without what this reader cannot choose.
    pub fn view(&self, form: &Form, pack: &Pack, known: &Known) -> FormView {
        let mut view = FormView::new(form, pack, &self.filled, &self.errors)
            .suggest("association", "/orgs/suggest?q=")
            .suggest("about", "/orgs/suggest?with=units&q=");
        // What to do instead stands at the field; at the head of the page a line that leads there is enough.
        let stops = |e: &&mut FieldError| pack.markings.iter().any(|m| e.message.ends_with(&m.instead));
        for error in view.errors.iter_mut().filter(stops) {
            let label = form.field(&error.field).map_or("", |f| f.label.as_str());
            error.message = format!("“{label}”中有涉密标志");
        }
        view.fields.retain(|f| !known.fields().contains(&f.key.as_str()));
        let whens = whens(form, pack);
        for field in &mut view.fields {
            if known.signed_in && field.key == "disclosure" {
                field.choices.retain(|c| c.value != ANONYMOUS);
            }
            if field.control == "files" {
                HINT.clone_into(&mut field.hint);
            }
            if field.key == "contact_phone" {
                let use_of_it = pack.warning("personal_data").map_or("", |w| w.text.as_str());
                field.hint = format!("{}{use_of_it}", field.hint);
            }
            if let Some(when) = whens.iter().find(|w| w.key == field.key) {
                field.hint = format!("选{}的填写。{}", when.labels, field.hint);
            } else if !field.when.is_empty() {
                field.hint = format!("{}时填写。{}", field.when, field.hint);
            }
        }
        view
    }

    /// What the check page shows, field by field, as it was understood.
    pub fn rows(&self, form: &Form, pack: &Pack, checked: &Checked) -> Vec<Row> {
        let shown =
            form.fields.iter().filter(|f| f.control != Control::Files && !checked.text(&f.key).is_empty());
        let row = |field: &pack::Field| {
            let choices = field.options.as_deref().map(|list| pack.choices(list)).unwrap_or_default();
            let text = checked.text(&field.key);
            let chosen = choices.iter().find(|c| c.key == text);
            // Whom no register knows is named by the words alone.
            let unknown = field.control == Control::AssociationOrUnit && checked.id(&field.key).is_none();
            let hint = unknown.then(|| String::from("名录中没有这个名称，按您写的记下"));
            Row {
                key: field.key.clone(),
                label: field.label.clone(),
                hint: hint.or(chosen.map(|c| c.explain.clone())).unwrap_or_default(),
                value: chosen.map_or_else(|| text.to_owned(), |c| c.label.clone()),
            }
        };
        shown.map(row).collect()
    }

    /// Labels of fields that were filled in and do not apply to what was chosen.
    pub fn left_out(&self, form: &Form, checked: &Checked) -> Vec<String> {
        let typed = |key: &str| !self.filled.get(key).trim().is_empty();
        let out = form.fields.iter().filter(|f| typed(&f.key) && !checked.values().contains_key(&f.key));
        out.map(|f| f.label.clone()).collect()
    }

    /// Everything the check page carries unseen: the texts as they were understood, and the files.
    pub fn carried(&self, checked: &Checked) -> Vec<Choice> {
        let carried =
            |name: &str, value: &str| Choice { value: value.into(), label: name.into(), ..Choice::default() };
        let texts = checked.values().keys().map(|name| carried(name, checked.text(name)));
        texts.chain(self.kept.iter().map(|k| carried(KEPT, &k.seal))).collect()
    }
}

/// One row of the check page.
pub struct Row {
    /// Field.
    pub key: String,
    /// Its label.
    pub label: String,
    /// What it means, where something was chosen.
    pub hint: String,
    /// As it was understood.
    pub value: String,
}

/// A field that is filled in on certain choices of another one.
pub struct When {
    /// The field.
    pub key: String,
    /// The other one.
    pub field: String,
    /// The choices, parted by `|`.
    pub values: String,
    /// The same in words: “投诉”“举报”.
    pub labels: String,
}

/// The fields that depend on one choice before them.
pub fn whens(form: &Form, pack: &Pack) -> Vec<When> {
    let mut found = Vec::new();
    for field in form.fields.iter().filter(|f| f.visible_if.is_some()) {
        for other in form.fields.iter().take_while(|f| f.key != field.key) {
            let choices = other.options.as_deref().map(|list| pack.choices(list)).unwrap_or_default();
            let count = choices.len();
            let shown =
                |choice: &pack::Choice| field.visible(&[(other.key.clone(), choice.key.clone())].into());
            let fit: Vec<&pack::Choice> = choices.iter().filter(|choice| shown(choice)).collect();
            if !fit.is_empty() && fit.len() < count {
                let values: Vec<&str> = fit.iter().map(|c| c.key.as_str()).collect();
                found.push(When {
                    key: field.key.clone(),
                    field: other.key.clone(),
                    values: values.join("|"),
                    labels: fit.iter().map(|c| format!("“{}”", c.label)).collect(),
                });
                break;
            }
        }
    }
    found
}

/// A stop marking was found.
struct Stopped {
    /// What it demands, where it stands in the name of a file.
    of_file: Option<FieldError>,
}

/// Looks for a stop marking in the texts and in the names of files.
fn stopped(form: &Form, pack: &Pack, filled: &Filled, uploads: &[Upload]) -> Option<Stopped> {
    let texts = form.fields.iter().filter(|f| f.takes_words() && f.visible(&filled.values));
    let in_text = texts.map(|f| filled.get(&f.key)).any(|text| pack.stop(text).is_some());
    let of_file = uploads.iter().find_map(|upload| {
        let message = format!("附件没有上传，名称{}", pack.stop(&upload.name)?.of_name());
        Some(FieldError { field: upload.field.clone(), message })
    });
    (in_text || of_file.is_some()).then_some(Stopped { of_file })
}
