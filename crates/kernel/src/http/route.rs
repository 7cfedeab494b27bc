//! One row of the route table: which act an address does, who may come in, and what goes in and out.

use std::borrow::Cow;
use std::sync::Arc;

use serde_json::Value as Json;

use crate::error::Result;
use crate::http::call::Call;
use crate::http::openapi::Schemas;
use crate::http::reply::Reply;
use crate::pack::Pack;

/// What answers a request; plain and synchronous, callable without HTTP.
pub type Handler = fn(&Call) -> Result<Reply>;

/// A name that stands in the code, or one that a definition of the pack brings.
pub type Name = Cow<'static, str>;

/// Writes the JSON schema of a body; named parts go into the document's components.
pub type SchemaFn = fn(&mut Schemas) -> Json;

/// The same from the definition of the pack that a row was made from, by its key.
pub type DefinitionSchema = fn(&mut Schemas, &Pack, &str) -> Json;

/// Where the schema of a body or an answer comes from.
#[derive(Debug, Clone, Copy)]
pub enum Schema {
    /// A type of ours.
    Type(SchemaFn),
    /// The definition that [`Route::of`] names.
    Definition(DefinitionSchema),
}

impl Schema {
    /// Writes it for a row of the table.
    pub fn write(self, route: &Route, pack: &Pack, schemas: &mut Schemas) -> Json {
        match self {
            Schema::Type(write) => write(schemas),
            Schema::Definition(write) => write(schemas, pack, route.of.as_deref().unwrap_or_default()),
        }
    }
}

/// The two methods there are: reading and acting. HEAD is answered where GET is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Method {
    /// Reads; never changes anything.
    Get,
    /// Does an act.
    Post,
}

/// [`Method::Get`], as route lists write it.
pub const GET: Method = Method::Get;
/// [`Method::Post`], as route lists write it.
pub const POST: Method = Method::Post;

impl Method {
    /// As it stands in a request line.
    pub fn as_str(self) -> &'static str {
        match self {
            Method::Get => "GET",
            Method::Post => "POST",
        }
    }
}

/// Who may come in at all; which subjects is the scope's matter, which state the flow's.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Access {
    /// Everybody, and no right is asked: signing in.
    Open,
    /// Everybody: the act must be granted to the role `public`.
    Public,
    /// Whoever has the right to the act.
    Right,
    /// Whoever is signed in: one's own password, one's own notices.
    SignedIn,
}

/// Who is being talked to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Face {
    /// A person with a browser: HTML, redirects, error pages.
    Page,
    /// A program: JSON and problem documents; described in the OpenAPI document.
    Api,
    /// A browser that completes a page: bytes, no error page.
    Asset,
}

/// Which listener serves a route where the city has two.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Side {
    /// The public and the staff listener.
    Both,
    /// The staff listener only.
    Staff,
}

/// How often one network may ask, counted in real time; who is signed in is counted by account, but for [`Rate::Login`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Rate {
    /// Not counted.
    None,
    /// Trying passwords.
    Login,
    /// Handing something in.
    Submit,
    /// Asking by number and code.
    Track,
    /// Looking up by words.
    Search,
    /// Sending files with an act that counts as nothing else.
    Upload,
}

/// One parameter of the query string or of a header.
#[derive(Debug, Clone)]
pub struct Param {
    /// As it stands in the address or header.
    pub name: Name,
    /// What it is, in Chinese.
    pub about: Name,
    /// Whether it is a header.
    pub header: bool,
}

impl Param {
    /// A parameter of the query string.
    pub const fn query(name: &'static str, about: &'static str) -> Param {
        Param { name: Cow::Borrowed(name), about: Cow::Borrowed(about), header: false }
    }

    /// A header.
    pub const fn header(name: &'static str, about: &'static str) -> Param {
        Param { name: Cow::Borrowed(name), about: Cow::Borrowed(about), header: true }
    }
}

/// One row of the route table.
#[derive(Debug, Clone)]
pub struct Route {
    /// Reading or acting.
    pub method: Method,
    /// Address with `{name}` places.
    pub path: Name,
    /// Name of the act: permission, journal kind, OpenAPI operation, metric.
    pub act: Name,
    /// Key of the definition of the pack that it was made from; none for the house's own rows.
    pub of: Option<Arc<str>>,
    /// Who may come in.
    pub access: Access,
    /// Who is being talked to.
    pub face: Face,
    /// Which listener serves it.
    pub side: Side,
    /// What answers.
    pub handler: Handler,
    /// How often one address may ask.
    pub rate: Rate,
    /// Form of the pack whose fields are the body.
    pub form: Option<Name>,
    /// The forms of what lies within and is acted on at the same address.
    pub forms_within: Vec<Name>,
    /// What a field of the form is taken to be where nothing was sent.
    pub defaults: Vec<(Name, Name)>,
    /// Whether files may be sent (a larger body is taken).
    pub uploads: bool,
    /// Bytes of a body without files at most, where it is not what is usual.
    pub body_limit: Option<usize>,
    /// Query and header parameters, for the OpenAPI document.
    pub params: Cow<'static, [Param]>,
    /// Schema of the body where no form of the pack describes it.
    pub body: Option<Schema>,
    /// Schema of the answer.
    pub answer: Option<Schema>,
    /// Status of a good answer.
    pub status: u16,
    /// What is answered, with 202, where somebody else is asked first.
    pub waits: Option<SchemaFn>,
    /// One Chinese sentence: what it does.
    pub summary: Name,
}

fn row(method: Method, path: Name, act: Name, face: Face, handler: Handler) -> Route {
    Route {
        method,
        path,
        act,
        of: None,
        access: Access::Right,
        face,
        side: Side::Staff,
        handler,
        rate: Rate::None,
        form: None,
        forms_within: Vec::new(),
        defaults: Vec::new(),
        uploads: false,
        body_limit: None,
        params: Cow::Borrowed(&[]),
        body: None,
        answer: None,
        status: 200,
        waits: None,
        summary: Cow::Borrowed(""),
    }
}

/// A page, or what a page's form posts to; needs the right to the act unless [`Route::public`] says otherwise.
pub fn page(method: Method, path: impl Into<Name>, act: impl Into<Name>, handler: Handler) -> Route {
    row(method, path.into(), act.into(), Face::Page, handler)
}

/// An operation of the JSON interface; needs the right to the act unless [`Route::public`] says otherwise.
pub fn api(method: Method, path: impl Into<Name>, act: impl Into<Name>, handler: Handler) -> Route {
    row(method, path.into(), act.into(), Face::Api, handler)
}

/// Bytes that complete a page, made by a handler (an attachment, a suggestion list); embedded files need no route.
pub fn asset(path: impl Into<Name>, act: impl Into<Name>, handler: Handler) -> Route {
    row(Method::Get, path.into(), act.into(), Face::Asset, handler)
}

impl Route {
    /// Everybody may come in; also on the public listener.
    #[must_use]
    pub fn public(mut self) -> Route {
        self.access = Access::Public;
        self.side = Side::Both;
        self
    }

    /// Everybody may come in and no right is asked; also on the public listener.
    #[must_use]
    pub fn open(mut self) -> Route {
        self.access = Access::Open;
        self.side = Side::Both;
        self
    }

    /// Whoever is signed in may come in; also on the public listener.
    #[must_use]
    pub fn signed_in(mut self) -> Route {
        self.access = Access::SignedIn;
        self.side = Side::Both;
        self
    }

    /// Also on the public listener: what associations and companies do when signed in.
    #[must_use]
    pub fn on_both(mut self) -> Route {
        self.side = Side::Both;
        self
    }

    /// How often one address may ask.
    #[must_use]
    pub fn rate(mut self, rate: Rate) -> Route {
        self.rate = rate;
        self
    }

    /// The body is this form of the pack; read it with `c.checked(…)`.
    #[must_use]
    pub fn form(mut self, key: impl Into<Name>) -> Route {
        self.form = Some(key.into());
        self
    }

    /// The body may be one of these forms instead, where the address names something that lies within.
    #[must_use]
    pub fn forms_within(mut self, keys: impl IntoIterator<Item = String>) -> Route {
        self.forms_within = keys.into_iter().map(Name::from).collect();
        self
    }

    /// What a field of the form is taken to be where nothing was sent: `&[("disclosure", "named")]`.
    #[must_use]
    pub fn defaults(mut self, defaults: &'static [(&'static str, &'static str)]) -> Route {
        self.defaults = defaults.iter().map(|(field, value)| ((*field).into(), (*value).into())).collect();
        self
    }

    /// A body without files may have so many bytes: more than is usual where nobody is known.
    #[must_use]
    pub fn takes_up_to(mut self, bytes: usize) -> Route {
        self.body_limit = Some(bytes);
        self
    }

    /// Files may be sent.
    #[must_use]
    pub fn uploads(mut self) -> Route {
        self.uploads = true;
        self
    }

    /// Query and header parameters, for the OpenAPI document.
    #[must_use]
    pub fn params(mut self, params: impl Into<Cow<'static, [Param]>>) -> Route {
        self.params = params.into();
        self
    }

    /// Schema of the body, where no form of the pack describes it: `.takes(schema::<NewToken>)`.
    #[must_use]
    pub fn takes(mut self, schema: SchemaFn) -> Route {
        self.body = Some(Schema::Type(schema));
        self
    }

    /// Schema of the answer: `.answers(schema::<OpinionView>)`.
    #[must_use]
    pub fn answers(mut self, schema: SchemaFn) -> Route {
        self.answer = Some(Schema::Type(schema));
        self
    }

    /// The row was made from the definition of the pack with this key.
    #[must_use]
    pub fn of(mut self, definition: &Arc<str>) -> Route {
        self.of = Some(definition.clone());
        self
    }

    /// Schema of the body, from the definition that the row was made from.
    #[must_use]
    pub fn takes_defined(mut self, schema: DefinitionSchema) -> Route {
        self.body = Some(Schema::Definition(schema));
        self
    }

    /// Schema of the answer, from the definition that the row was made from.
    #[must_use]
    pub fn answers_defined(mut self, schema: DefinitionSchema) -> Route {
        self.answer = Some(Schema::Definition(schema));
        self
    }

    /// A good answer is 201.
    #[must_use]
    pub fn creates(mut self) -> Route {
        self.status = 201;
        self
    }

    /// It may have to wait for somebody else: then it is answered 202 with this.
    #[must_use]
    pub fn waits(mut self, schema: SchemaFn) -> Route {
        self.waits = Some(schema);
        self
    }

    /// One Chinese sentence: what it does.
    #[must_use]
    pub fn summary(mut self, sentence: impl Into<Name>) -> Route {
        self.summary = sentence.into();
        self
    }
}
