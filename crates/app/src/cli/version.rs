//! `huitong version`.

use serde_json::json;

use crate::embedded::{SHIPPED, files};
use crate::out::{Out, Outcome};

pub const EXAMPLE: &str = "示例：\n  huitong version";

/// What to show.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// 只输出 JSON
    #[arg(long)]
    json: bool,
}

impl Args {
    pub fn run(self) -> Outcome {
        let out = Out { json: self.json };
        let version = env!("CARGO_PKG_VERSION");
        let pack = shipped_version();
        let schema = huitong_features::migrations::MIGRATIONS.last().map_or("", |m| m.name);
        if self.json {
            out.object(&json!({"version": version, "pack": pack, "schema": schema}))?;
        } else {
            out.say(&format!("huitong {version}\n随附政策包 {pack}\n数据结构 {schema}"))?;
        }
        Ok(true)
    }
}

/// The version that the shipped pack gives itself; read without checking the whole pack.
fn shipped_version() -> String {
    let said = files(SHIPPED).get("pack.toml").and_then(|text| text.parse::<toml::Table>().ok());
    said.and_then(|t| t.get("version")?.as_str().map(str::to_owned)).unwrap_or_default()
}
