//! A form as templates draw it: each field with its value, its error and its choices ready for the macros.

use crate::error::FieldError;
use crate::http::body::Filled;
use crate::http::form::is_looked_up;
use crate::http::page::Choice;
use crate::pack::{Control, Field, Form, Pack};

/// A form with what was typed and what is wrong.
#[derive(Debug, Clone, Default)]
pub struct FormView {
    /// Key in the pack.
    pub key: String,
    /// Its heading.
    pub title: String,
    /// One or two sentences above the fields; may be empty.
    pub intro: String,
    /// Warning that stands at every free text (涉密不上网); its first words and the rest.
    pub secrecy: (String, String),
    /// All fields, also those not shown with what is filled in so far.
    pub fields: Vec<FieldView>,
    /// For the error summary.
    pub errors: Vec<FieldError>,
}

/// One field.
#[derive(Debug, Clone, Default)]
pub struct FieldView {
    /// Name of the control.
    pub key: String,
    /// Visible label.
    pub label: String,
    /// Sentence under the label; may be empty.
    pub hint: String,
    /// What was typed.
    pub value: String,
    /// Key of what was picked, for a combo.
    pub id_value: String,
    /// What is wrong; "" where nothing is.
    pub error: String,
    /// text, textarea, select, radio, check, phone, date, files or combo.
    pub control: &'static str,
    /// Whether it may be left empty.
    pub optional: bool,
    /// Characters at most; 0 = not said.
    pub max: i64,
    /// What can be chosen, with what is chosen.
    pub choices: Vec<Choice>,
    /// Whether a box is ticked.
    pub checked: bool,
    /// Whether it is shown with what is filled in so far.
    pub visible: bool,
    /// When it is to be filled in, in words; "" = always.
    pub when: String,
    /// Whether the warning stands here.
    pub free_text: bool,
    /// Where a combo asks for suggestions; set by [`FormView::suggest`].
    pub src: String,
}

impl FormView {
    /// A form of the pack with what was typed and what is wrong with it.
    pub fn new(form: &Form, pack: &Pack, filled: &Filled, errors: &[FieldError]) -> FormView {
        let warning = pack.warning("no_secrets");
        FormView {
            key: form.key.clone(),
            title: form.title.clone(),
            intro: form.intro.clone(),
            secrecy: warning.map(|w| (w.title.clone(), w.text.clone())).unwrap_or_default(),
            fields: form.fields.iter().map(|field| view(field, pack, filled, errors)).collect(),
            errors: errors.to_vec(),
        }
    }

    /// Says where the combo of a field asks for suggestions.
    #[must_use]
    pub fn suggest(mut self, key: &str, address: &str) -> FormView {
        if let Some(field) = self.fields.iter_mut().find(|f| f.key == key) {
            address.clone_into(&mut field.src);
        }
        self
    }

    /// Gives a select its choices, where they are rows and no list of the pack.
    #[must_use]
    pub fn choices(mut self, key: &str, choices: Vec<Choice>) -> FormView {
        if let Some(field) = self.fields.iter_mut().find(|f| f.key == key) {
            let picked = if field.id_value.is_empty() { &field.value } else { &field.id_value };
            field.choices =
                choices.into_iter().map(|c| Choice { checked: c.value == *picked, ..c }).collect();
        }
        self
    }

    /// A field by its key.
    pub fn field(&self, key: &str) -> Option<&FieldView> {
        self.fields.iter().find(|f| f.key == key)
    }
}

fn view(field: &Field, pack: &Pack, filled: &Filled, errors: &[FieldError]) -> FieldView {
    let value = filled.get(&field.key).to_owned();
    let choices = field.options.as_ref().map(|o| pack.options(o)).unwrap_or_default().into_iter();
    let choice = |c: crate::pack::Choice| Choice {
        checked: c.key == value,
        value: c.key,
        label: c.label,
        hint: c.explain,
    };
    let error = errors.iter().find(|e| e.field == field.key);
    FieldView {
        key: field.key.clone(),
        label: field.label.clone(),
        hint: field.hint.clone(),
        id_value: filled.get(&format!("{}_id", field.key)).to_owned(),
        error: error.map(|e| e.message.clone()).unwrap_or_default(),
        control: control(field.control),
        optional: !field.required,
        max: field.max.and_then(|max| i64::try_from(max).ok()).unwrap_or(0),
        choices: choices.map(choice).collect(),
        checked: ["1", "true", "on", "是"].contains(&value.as_str()),
        visible: field.visible(&filled.values),
        when: field.visible_if.as_ref().map(crate::condition::words::sentence).unwrap_or_default(),
        free_text: field.free_text,
        src: String::new(),
        value,
    }
}

/// The word by which templates choose the macro.
fn control(control: Control) -> &'static str {
    match control {
        Control::Text | Control::Company => "text",
        Control::TextArea => "textarea",
        Control::Select => "select",
        Control::Radio => "radio",
        Control::Check => "check",
        Control::Phone => "phone",
        Control::Date => "date",
        Control::Files => "files",
        looked_up => {
            debug_assert!(is_looked_up(looked_up));
            "combo"
        }
    }
}
