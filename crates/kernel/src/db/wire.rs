//! A connection to PostgreSQL that is driven by whoever asks: no task of its own, and a message that needs no answer waits for
//! none.

use std::future::{Future, poll_fn};
use std::path::Path;
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use rustls::crypto::ring;
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject as _;
use rustls::{ClientConfig, RootCertStore};
use tokio::runtime::{Builder, Runtime};
use tokio_postgres::{Client, Config, Error, NoTls};
use tokio_postgres_rustls::MakeRustlsConnect;

/// How long a connection may take to be made, from the first message to the last of the greeting.
const CONNECT: Duration = Duration::from_secs(5);

/// An error with all that lies behind it; the outermost says only where it arose.
pub(super) fn causes(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut next = error.source();
    while let Some(cause) = next {
        text = format!("{text}: {cause}");
        next = cause.source();
    }
    text
}

/// How a database is reached: in clear, or by TLS, where its certificate must be of an authority that the deployer names.
#[derive(Clone)]
pub(super) enum Way {
    Clear,
    Sealed(MakeRustlsConnect),
}

impl Way {
    /// By TLS, believing the authorities of a PEM file.
    pub(super) fn sealed(authorities: &Path) -> crate::Result<Way> {
        let failed = |why: String| {
            crate::Error::busy(format!("certificate authority {}: {why}", authorities.display()))
        };
        let mut roots = RootCertStore::empty();
        let all = CertificateDer::pem_file_iter(authorities).map_err(|e| failed(e.to_string()))?;
        for one in all {
            let added =
                one.map_err(|e| e.to_string()).and_then(|one| roots.add(one).map_err(|e| e.to_string()));
            added.map_err(failed)?;
        }
        if roots.is_empty() {
            return Err(failed(String::from("no certificate in it")));
        }
        let versions = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
            .with_safe_default_protocol_versions()
            .map_err(|e| failed(e.to_string()))?;
        let config = versions.with_root_certificates(roots).with_no_client_auth();
        Ok(Way::Sealed(MakeRustlsConnect::new(config)))
    }
}

/// The connection.
pub(super) struct Wire {
    runtime: Runtime,
    client: Client,
    /// What reads and writes; none once it is over, so that whatever still waits for an answer learns that none comes.
    link: Option<Link>,
    /// How long an answer may be awaited.
    patience: Duration,
}

type Link = Pin<Box<dyn Future<Output = Result<(), Error>> + Send>>;

/// One turn of the link.
fn turn(link: &mut Option<Link>, cx: &mut Context<'_>) {
    if link.as_mut().is_some_and(|link| link.as_mut().poll(cx).is_ready()) {
        *link = None;
    }
}

impl Wire {
    /// Connects.
    pub(super) fn connect(config: &Config, way: &Way, patience: Duration) -> crate::Result<Wire> {
        let failed = |why: String| crate::Error::busy(format!("database: {why}"));
        let runtime =
            Builder::new_current_thread().enable_all().build().map_err(|e| failed(e.to_string()))?;
        let connecting = async {
            let made = async {
                Ok::<(Client, Link), Error>(match way {
                    Way::Clear => {
                        let (client, link) = config.connect(NoTls).await?;
                        (client, Box::pin(link))
                    }
                    Way::Sealed(tls) => {
                        let (client, link) = config.connect(tls.clone()).await?;
                        (client, Box::pin(link))
                    }
                })
            };
            tokio::time::timeout(CONNECT, made).await
        };
        let (client, link) = runtime
            .block_on(connecting)
            .map_err(|_| failed(String::from("the greeting was not answered")))?
            .map_err(|e| failed(causes(&e)))?;
        Ok(Wire { runtime, client, link: Some(link), patience })
    }

    /// Whether the other side is gone.
    pub(super) fn is_closed(&self) -> bool {
        self.link.is_none() || self.client.is_closed()
    }

    /// Whether the other side has ended it while it lay idle: a database that was started anew, a firewall that says so.
    pub(super) fn has_ended(&mut self) -> bool {
        let Wire { runtime, link, .. } = self;
        runtime.block_on(async {
            // Lets the runtime learn what has arrived meanwhile.
            tokio::task::yield_now().await;
            poll_fn(|cx| {
                turn(link, cx);
                Poll::Ready(())
            })
            .await;
        });
        self.is_closed()
    }

    /// Asks and waits for the answer, as long as one has patience: then the connection is over. A database whose address was
    /// taken over by another says nothing for hours.
    pub(super) fn wait<'w, F, T>(&'w mut self, ask: impl FnOnce(&'w Client) -> F) -> Result<T, Error>
    where
        F: Future<Output = Result<T, Error>> + 'w,
    {
        let Wire { runtime, client, link, patience } = self;
        let mut asked = pin!(ask(client));
        let answered = poll_fn(|cx| {
            // First the question, so that one turn of the link writes it; then what the link brought.
            if let Poll::Ready(answer) = asked.as_mut().poll(cx) {
                return Poll::Ready(answer);
            }
            turn(link, cx);
            asked.as_mut().poll(cx)
        });
        let patience = *patience;
        if let Ok(answer) = runtime.block_on(async { tokio::time::timeout(patience, answered).await }) {
            return answer;
        }
        *link = None;
        runtime.block_on(asked)
    }

    /// Leaves a statement to be sent with the next one.
    pub(super) fn leave(&mut self, statement: &str) {
        let mut asked = pin!(self.client.batch_execute(statement));
        self.runtime.block_on(poll_fn(|cx| {
            let _ = asked.as_mut().poll(cx);
            Poll::Ready(())
        }));
    }

    /// Sends what was left; its answer is read before that of the next.
    pub(super) fn flush(&mut self) {
        let Wire { runtime, link, .. } = self;
        runtime.block_on(poll_fn(|cx| {
            turn(link, cx);
            Poll::Ready(())
        }));
    }
}
