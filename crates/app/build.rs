//! Puts the shipped pack, the demo's city and the files of the pages into the binary, the latter compressed and named by content.

use std::collections::BTreeMap;
use std::error::Error;
use std::fmt::Write as _;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::{env, fs};

use sm3::{Digest, Sm3};

type Outcome<T> = Result<T, Box<dyn Error>>;

fn main() -> Outcome<()> {
    let root = PathBuf::from(env::var("CARGO_MANIFEST_DIR")?).join("../..").canonicalize()?;
    let out = PathBuf::from(env::var("OUT_DIR")?);
    // web/vendor is absent until it is fetched; without it, the folder above is what changes.
    let vendor = if root.join("web/vendor").exists() { "web/vendor" } else { "web" };
    for folder in ["pack", "web/css", "web/js", "web/mark.svg", vendor] {
        writeln!(std::io::stdout(), "cargo::rerun-if-changed={}", root.join(folder).display())?;
    }

    let mut code = String::new();
    texts(&mut code, "SHIPPED", "Files of the shipped pack.", &root.join("pack/chengdu"))?;
    texts(&mut code, "DEMO_CITY", "The demo's city folder.", &root.join("pack/jinning/city"))?;
    texts(&mut code, "DEMO_SEEDS", "What happens in the demo city.", &root.join("pack/jinning/seeds"))?;
    assets(&mut code, &root.join("web"), &out)?;
    fs::write(out.join("embedded.rs"), code)?;
    Ok(())
}

/// A constant with all text files below a folder, by their path inside it.
fn texts(code: &mut String, name: &str, about: &str, folder: &Path) -> Outcome<()> {
    let mut files = BTreeMap::new();
    collect(folder, folder, &mut files)?;
    writeln!(code, "/// {about}\npub const {name}: &[(&str, &str)] = &[")?;
    for (inside, path) in files {
        writeln!(code, "    ({inside:?}, include_str!({:?})),", path.display().to_string())?;
    }
    writeln!(code, "];")?;
    Ok(())
}

fn collect(root: &Path, folder: &Path, files: &mut BTreeMap<String, PathBuf>) -> Outcome<()> {
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            collect(root, &path, files)?;
        } else if path.extension().is_some_and(|end| ["toml", "csv"].iter().any(|known| end == *known)) {
            let inside: Vec<_> = path.strip_prefix(root)?.iter().map(|part| part.to_string_lossy()).collect();
            files.insert(inside.join("/"), path);
        }
    }
    Ok(())
}

/// The constant list of what browsers are given.
fn assets(code: &mut String, web: &Path, out: &Path) -> Outcome<()> {
    writeln!(code, "/// Files of the pages.\npub const ASSETS: &[Asset] = &[")?;
    let (css, js) = (joined(&web.join("css"))?, joined(&web.join("js"))?);
    named(code, out, "app", "css", "text/css; charset=utf-8", &css)?;
    if let Ok(htmx) = fs::read(web.join("vendor/htmx.min.js")) {
        named(code, out, "htmx", "js", "text/javascript; charset=utf-8", &htmx)?;
    }
    named(code, out, "app", "js", "text/javascript; charset=utf-8", &js)?;
    let empty = b"<svg xmlns=\"http://www.w3.org/2000/svg\"></svg>".to_vec();
    let icons = fs::read(web.join("vendor/icons.svg")).unwrap_or(empty);
    fixed(code, out, "/assets/icons.svg", &icons)?;
    fixed(code, out, "/assets/mark.svg", &fs::read(web.join("mark.svg"))?)?;
    writeln!(code, "];")?;
    Ok(())
}

/// The files of a folder one after the other, in the order that its `order.txt` says.
fn joined(folder: &Path) -> Outcome<Vec<u8>> {
    let mut all = Vec::new();
    for name in fs::read_to_string(folder.join("order.txt"))?.lines().map(str::trim) {
        if !name.is_empty() && !name.starts_with('#') {
            all.extend(fs::read(folder.join(name)).map_err(|e| format!("{name}: {e}"))?);
            all.push(b'\n');
        }
    }
    Ok(all)
}

fn named(code: &mut String, out: &Path, name: &str, end: &str, kind: &str, bytes: &[u8]) -> Outcome<()> {
    let path = format!("/assets/{name}.{}.{end}", digest(bytes));
    asset(code, out, &path, kind, bytes, true)
}

fn fixed(code: &mut String, out: &Path, path: &str, bytes: &[u8]) -> Outcome<()> {
    asset(code, out, path, "image/svg+xml", bytes, false)
}

fn asset(
    code: &mut String,
    out: &Path,
    path: &str,
    kind: &str,
    bytes: &[u8],
    immutable: bool,
) -> Outcome<()> {
    let place = out.join(path.trim_start_matches('/').replace('/', "-"));
    let (plain, br, gzip) = (place.clone(), with_ending(&place, "br"), with_ending(&place, "gz"));
    fs::write(&plain, bytes)?;
    fs::write(&br, smaller(brotli(bytes)?, bytes))?;
    fs::write(&gzip, smaller(gzipped(bytes)?, bytes))?;
    let include = |file: &Path| format!("include_bytes!({:?})", file.display().to_string());
    let etag = format!("\"{}\"", digest(bytes));
    writeln!(
        code,
        "    Asset {{ path: {path:?}, content_type: {kind:?}, etag: {etag:?}, immutable: {immutable},"
    )?;
    writeln!(code, "        bytes: {}, br: {}, gzip: {} }},", include(&plain), include(&br), include(&gzip))?;
    Ok(())
}

fn with_ending(path: &Path, end: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(".");
    name.push(end);
    name.into()
}

/// A form that saves nothing is left out.
fn smaller(packed: Vec<u8>, plain: &[u8]) -> Vec<u8> {
    if packed.len() < plain.len() { packed } else { Vec::new() }
}

fn brotli(bytes: &[u8]) -> Outcome<Vec<u8>> {
    let mut packed = Vec::new();
    let params = brotli::enc::BrotliEncoderParams { quality: 11, lgwin: 22, ..Default::default() };
    brotli::BrotliCompress(&mut &*bytes, &mut packed, &params)?;
    Ok(packed)
}

fn gzipped(bytes: &[u8]) -> Outcome<Vec<u8>> {
    let mut packer = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
    packer.write_all(bytes)?;
    Ok(packer.finish()?)
}

/// The first 16 letters of the content's SM3.
fn digest(bytes: &[u8]) -> String {
    Sm3::digest(bytes).iter().take(8).fold(String::new(), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}
