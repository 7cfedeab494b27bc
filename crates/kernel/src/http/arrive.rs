//! How a body comes in: within its limit, no slower than a bad line in a valley, its texts in memory within one budget for
//! all, its files on disk. What was typed survives a file that does not come through: the file says why when it is read.

use std::error::Error as StdError;
use std::fmt;
use std::fs::{self, File};
use std::io::Write as _;
use std::net::IpAddr;
use std::path::PathBuf;
use std::pin::pin;
use std::sync::Arc;
use std::time::{Duration, Instant};

use axum::body::Body;
use bytes::Bytes;
use futures_util::{Stream, TryStreamExt as _, stream};
use http::{HeaderMap, HeaderValue, header};
use http_body_util::BodyExt as _;
use sm3::{Digest as _, Sm3};

use crate::clock::Random;
use crate::digest::hex;
use crate::error::{Error, Kind, Result};
use crate::http::body::{Content, Filled, MAX_PARTS, OnDisk, Upload, bare_name, torn};
use crate::http::rate::network;
use crate::http::route::{Access, Route};
use crate::http::shares::Share;
use crate::http::site::Site;
use crate::http::uploads::Place;
use crate::room;

/// How long a body without files may take to arrive, and how long a file waits for a place.
pub(super) const ARRIVE: Duration = Duration::from_secs(20);
/// Room for the frame of a multipart body around its files.
const FRAME: usize = 64 << 10;
/// Bytes of a form without files that anybody may send without being known.
const SMALL: usize = 64 << 10;
/// Bytes a second that a body with files must bring once its grace is over.
const RATE: usize = 20 << 10;

/// A body that has arrived.
pub(super) struct Arrived {
    /// The body as it came, where it is not a form with files.
    pub bytes: Bytes,
    /// The form, where it is one with files.
    pub filled: Option<Filled>,
    /// What it takes of what all share; given back when the request is answered.
    pub held: (Share<IpAddr>, Option<Place>),
}

/// Reads the body within its limits.
pub(super) async fn arrive(
    site: &Arc<Site>,
    remote: IpAddr,
    route: &Route,
    headers: &HeaderMap,
    body: &mut Body,
) -> Result<Arrived> {
    let text = |name| headers.get(name).and_then(|v: &HeaderValue| v.to_str().ok());
    let kind = text(header::CONTENT_TYPE).unwrap_or_default();
    let files = route.uploads && kind.starts_with("multipart/form-data");
    let unknown = matches!(route.access, Access::Open | Access::Public) && !route.uploads;
    let plain = route.body_limit.unwrap_or(if unknown { SMALL } else { site.settings.body_limit });
    let limit = if files { site.city.limits.upload_bytes + FRAME } else { plain };
    let announced = text(header::CONTENT_LENGTH).and_then(|n| n.parse::<u64>().ok()).unwrap_or(0);
    if announced > limit as u64 {
        return Err(Torn::TooLarge(limit).said());
    }
    let mut share = site.bodies.of_key(network(remote));
    if files {
        let patience = site.settings.patience;
        let pace = Pace { grace: patience.grace, rate: Some(RATE), most: patience.upload };
        let mut reader = Reader { site, remote, announced, texts: plain, share, place: None };
        let boundary = multer::parse_boundary(kind).map_err(|_| torn())?;
        let filled = reader.form(multer::Multipart::new(pieces(body, limit, pace), boundary)).await?;
        return Ok(Arrived { bytes: Bytes::new(), filled: Some(filled), held: (reader.share, reader.place) });
    }
    let pace = Pace { grace: ARRIVE, rate: None, most: ARRIVE };
    let (mut arriving, mut all) = (pin!(pieces(body, limit, pace)), Vec::new());
    while let Some(piece) = arriving.try_next().await.map_err(Torn::said)? {
        hold(&mut share, piece.len())?;
        all.push(piece);
    }
    let bytes = if all.len() == 1 { all.swap_remove(0) } else { all.concat().into() };
    Ok(Arrived { bytes, filled: None, held: (share, None) })
}

/// Takes from the budget of bytes in memory that all bodies share.
fn hold(share: &mut Share<IpAddr>, bytes: usize) -> Result<()> {
    if share.more(bytes) { Ok(()) } else { Err(Error::busy("bodies take too much memory")) }
}

/// How slow a body may be: only the time is counted in which we wait for it.
#[derive(Clone, Copy)]
struct Pace {
    grace: Duration,
    rate: Option<usize>,
    most: Duration,
}

impl Pace {
    fn allows(self, came: usize) -> Duration {
        let earned = self.rate.map_or(0.0, |rate| came as f64 / rate as f64);
        self.most.min(self.grace + Duration::from_secs_f64(earned))
    }
}

/// Why a body ends before its end.
#[derive(Debug, Clone, Copy)]
enum Torn {
    TooLarge(usize),
    Slow,
    Broken,
}

impl fmt::Display for Torn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{self:?}")
    }
}

impl StdError for Torn {}

impl Torn {
    fn said(self) -> Error {
        match self {
            Torn::TooLarge(limit) => {
                let size = match limit >> 20 {
                    0 => format!("{} KB", limit >> 10),
                    mb => format!("{mb} MB"),
                };
                Error::new(Kind::TooLarge, format!("内容超过 {size}，没有保存；请压缩或分次提交"))
            }
            Torn::Slow => Error::new(
                Kind::Malformed,
                "网络太慢，内容没有在时限内传完；文字照常可以提交，附件请压缩或换网络后再传",
            ),
            Torn::Broken => Error::new(Kind::Malformed, "请求没有发完就断开了"),
        }
    }

    /// Why a part could not be read.
    fn of(error: &multer::Error) -> Option<Torn> {
        match error {
            multer::Error::StreamReadFailed(why) => why.downcast_ref::<Torn>().copied(),
            _ => None,
        }
    }
}

/// The body piece by piece.
fn pieces(
    body: &mut Body,
    limit: usize,
    pace: Pace,
) -> impl Stream<Item = std::result::Result<Bytes, Torn>> + Send {
    stream::try_unfold((body, 0, Duration::ZERO), move |(body, came, waited)| async move {
        let left = pace.allows(came).saturating_sub(waited);
        let began = Instant::now();
        let piece = match tokio::time::timeout(left, body.frame()).await {
            Err(_) => return Err(Torn::Slow),
            Ok(None) => return Ok(None),
            Ok(Some(Err(_))) => return Err(Torn::Broken),
            Ok(Some(Ok(frame))) => frame.into_data().unwrap_or_default(),
        };
        let came = came + piece.len();
        if came > limit {
            return Err(Torn::TooLarge(limit));
        }
        Ok(Some((piece, (body, came, waited + began.elapsed()))))
    })
}

/// Reads a form with files as it comes.
struct Reader<'s> {
    site: &'s Arc<Site>,
    remote: IpAddr,
    announced: u64,
    /// Bytes of all texts together that are still allowed.
    texts: usize,
    share: Share<IpAddr>,
    place: Option<Place>,
}

impl Reader<'_> {
    async fn form(&mut self, mut parts: multer::Multipart<'_>) -> Result<Filled> {
        let mut filled = Filled::default();
        match self.parts(&mut parts, &mut filled).await {
            Ok(()) => Ok(filled),
            Err(error) => match filled.files.last_mut() {
                // The texts stand before the files in every form of ours: they are there, and go back to whoever typed them.
                Some(last) if error.kind() == Kind::Malformed => {
                    last.content = Content::Lost(error);
                    Ok(filled)
                }
                _ => Err(error),
            },
        }
    }

    async fn parts(&mut self, parts: &mut multer::Multipart<'_>, filled: &mut Filled) -> Result<()> {
        let said = |error: multer::Error| Torn::of(&error).map_or_else(torn, Torn::said);
        let mut count = 0;
        while let Some(mut part) = parts.next_field().await.map_err(said)? {
            count += 1;
            if count > MAX_PARTS {
                return Err(Error::new(Kind::Malformed, format!("表单超过 {MAX_PARTS} 项，请求没有处理")));
            }
            let field = part.name().unwrap_or_default().to_owned();
            let Some(name) = part.file_name().map(bare_name) else {
                let mut text = Vec::new();
                while let Some(piece) = part.chunk().await.map_err(said)? {
                    self.texts =
                        self.texts.checked_sub(piece.len()).ok_or_else(|| Torn::TooLarge(1 << 20).said())?;
                    hold(&mut self.share, piece.len())?;
                    text.extend_from_slice(&piece);
                }
                filled.put(field, String::from_utf8(text).map_err(|_| torn())?);
                continue;
            };
            let content_type =
                part.content_type().map_or_else(String::new, |kind| kind.essence_str().to_owned());
            let nth = filled.files.len();
            filled.files.push(Upload { field, name, content_type, content: Bytes::new().into() });
            let mut sink = None;
            while let Some(piece) = part.chunk().await.map_err(said)? {
                sink = match sink {
                    None if piece.is_empty() => None,
                    // Whoever announces a file and sends nothing of it holds no place.
                    None => Some(self.begin().await),
                    sunk => sunk,
                };
                if let Some(Ok(writing)) = sink {
                    sink = Some(off_thread(move || writing.write(&piece)).await);
                }
            }
            filled.files[nth].content = match sink {
                None => Bytes::new().into(),
                Some(Ok(sink)) => Content::Disk(Arc::new(sink.end())),
                Some(Err(error)) => Content::Lost(error),
            };
            // A browser sends an empty part for a file field that was left empty.
            if filled.files[nth].name.is_empty() && filled.files[nth].content.is_empty() {
                filled.files.pop();
            }
        }
        Ok(())
    }

    async fn begin(&mut self) -> Result<Sink> {
        if self.place.is_none() {
            self.place = Some(self.site.uploads.enter(self.remote, ARRIVE).await?);
        }
        let (city, announced) = (self.site.city.clone(), self.announced);
        off_thread(move || {
            city.check_room(announced)?;
            Sink::begin(&room::unsent(&city.data))
        })
        .await
    }
}

/// The disk may make us wait, and the thread that takes requests must not.
async fn off_thread<T: Send + 'static>(work: impl FnOnce() -> Result<T> + Send + 'static) -> Result<T> {
    tokio::task::spawn_blocking(work).await.map_err(|e| Error::internal(format!("writing a file: {e}")))?
}

/// A file on its way to disk.
struct Sink {
    file: File,
    hasher: Sm3,
    lies: OnDisk,
}

impl Sink {
    fn begin(folder: &std::path::Path) -> Result<Sink> {
        fs::create_dir_all(folder)?;
        let path: PathBuf = folder.join(format!("part.{}", hex(&Random::system().bytes32()[..16])));
        let mut options = File::options();
        options.write(true).create_new(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        let file = options.open(&path).map_err(|e| Error::busy(format!("{}: {e}", path.display())))?;
        Ok(Sink { file, hasher: Sm3::new(), lies: OnDisk { path, size: 0, digest: String::new() } })
    }

    fn write(mut self, piece: &[u8]) -> Result<Sink> {
        self.file.write_all(piece).map_err(|e| Error::busy(format!("{}: {e}", self.lies.path.display())))?;
        self.hasher.update(piece);
        self.lies.size += piece.len() as u64;
        Ok(self)
    }

    fn end(mut self) -> OnDisk {
        self.lies.digest = hex(&self.hasher.finalize());
        self.lies
    }
}
