//! One row of the route table: which act an address does, who may come in, and what goes in and out.

use crate::error::Result;
use crate::http::call::Call;
use crate::http::openapi::Schemas;
use crate::http::reply::Reply;

/// What answers a request; plain and synchronous, callable without HTTP.
pub type Handler = fn(&Call) -> Result<Reply>;

/// Writes the JSON schema of a body; named parts go into the document's components.
pub type SchemaFn = fn(&mut Schemas) -> serde_json::Value;

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

/// How often one address may ask, counted in real time; signed-in callers are only counted for [`Rate::Login`].
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
}

/// One parameter of the query string or of a header.
#[derive(Debug, Clone, Copy)]
pub struct Param {
    /// As it stands in the address or header.
    pub name: &'static str,
    /// What it is, in Chinese.
    pub about: &'static str,
    /// Whether it is a header.
    pub header: bool,
}

impl Param {
    /// A parameter of the query string.
    pub const fn query(name: &'static str, about: &'static str) -> Param {
        Param { name, about, header: false }
    }

    /// A header.
    pub const fn header(name: &'static str, about: &'static str) -> Param {
        Param { name, about, header: true }
    }
}

/// One row of the route table.
#[derive(Debug, Clone, Copy)]
pub struct Route {
    /// Reading or acting.
    pub method: Method,
    /// Address with `{name}` places.
    pub path: &'static str,
    /// Name of the act: permission, journal kind, OpenAPI operation, metric.
    pub act: &'static str,
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
    pub form: Option<&'static str>,
    /// What a field of the form is taken to be where nothing was sent.
    pub defaults: &'static [(&'static str, &'static str)],
    /// Whether files may be sent (a larger body is taken).
    pub uploads: bool,
    /// Query and header parameters, for the OpenAPI document.
    pub params: &'static [Param],
    /// Schema of the body where no form of the pack describes it.
    pub body: Option<SchemaFn>,
    /// Schema of the answer.
    pub answer: Option<SchemaFn>,
    /// Status of a good answer.
    pub status: u16,
    /// One Chinese sentence: what it does.
    pub summary: &'static str,
}

const fn row(method: Method, path: &'static str, act: &'static str, face: Face, handler: Handler) -> Route {
    Route {
        method,
        path,
        act,
        access: Access::Right,
        face,
        side: Side::Staff,
        handler,
        rate: Rate::None,
        form: None,
        defaults: &[],
        uploads: false,
        params: &[],
        body: None,
        answer: None,
        status: 200,
        summary: "",
    }
}

/// A page, or what a page's form posts to; needs the right to the act unless [`Route::public`] says otherwise.
pub const fn page(method: Method, path: &'static str, act: &'static str, handler: Handler) -> Route {
    row(method, path, act, Face::Page, handler)
}

/// An operation of the JSON interface; needs the right to the act unless [`Route::public`] says otherwise.
pub const fn api(method: Method, path: &'static str, act: &'static str, handler: Handler) -> Route {
    row(method, path, act, Face::Api, handler)
}

/// Bytes that complete a page, made by a handler (an attachment, a suggestion list); embedded files need no route.
pub const fn asset(path: &'static str, act: &'static str, handler: Handler) -> Route {
    row(Method::Get, path, act, Face::Asset, handler)
}

impl Route {
    /// Everybody may come in; also on the public listener.
    pub const fn public(mut self) -> Route {
        self.access = Access::Public;
        self.side = Side::Both;
        self
    }

    /// Everybody may come in and no right is asked; also on the public listener.
    pub const fn open(mut self) -> Route {
        self.access = Access::Open;
        self.side = Side::Both;
        self
    }

    /// Whoever is signed in may come in; also on the public listener.
    pub const fn signed_in(mut self) -> Route {
        self.access = Access::SignedIn;
        self.side = Side::Both;
        self
    }

    /// Also on the public listener: what associations and companies do when signed in.
    pub const fn on_both(mut self) -> Route {
        self.side = Side::Both;
        self
    }

    /// How often one address may ask.
    pub const fn rate(mut self, rate: Rate) -> Route {
        self.rate = rate;
        self
    }

    /// The body is this form of the pack; read it with `c.checked(…)`.
    pub const fn form(mut self, key: &'static str) -> Route {
        self.form = Some(key);
        self
    }

    /// What a field of the form is taken to be where nothing was sent: `&[("disclosure", "named")]`.
    pub const fn defaults(mut self, defaults: &'static [(&'static str, &'static str)]) -> Route {
        self.defaults = defaults;
        self
    }

    /// Files may be sent.
    pub const fn uploads(mut self) -> Route {
        self.uploads = true;
        self
    }

    /// Query and header parameters, for the OpenAPI document.
    pub const fn params(mut self, params: &'static [Param]) -> Route {
        self.params = params;
        self
    }

    /// Schema of the body, where no form of the pack describes it: `.takes(schema::<NewToken>)`.
    pub const fn takes(mut self, schema: SchemaFn) -> Route {
        self.body = Some(schema);
        self
    }

    /// Schema of the answer: `.answers(schema::<AppealView>)`.
    pub const fn answers(mut self, schema: SchemaFn) -> Route {
        self.answer = Some(schema);
        self
    }

    /// A good answer is 201.
    pub const fn creates(mut self) -> Route {
        self.status = 201;
        self
    }

    /// One Chinese sentence: what it does.
    pub const fn summary(mut self, sentence: &'static str) -> Route {
        self.summary = sentence;
        self
    }
}
