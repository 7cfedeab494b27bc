//! How long a large table takes to be written and read, in both formats, and how much memory at most: `sheets [ROWS]`.

#![expect(clippy::print_stdout, reason = "its figures are what it is for")]

use std::error::Error;
use std::fs::File;
use std::io::BufWriter;
use std::time::Instant;

use huitong_features::base::sheets::{Format, Limits, Pick, Sheet, Writer};

const COLUMNS: [&str; 10] =
    ["名称", "统一社会信用代码", "地址", "法定代表人", "电话", "成立日期", "行业", "规模", "状态", "备注"];

fn main() -> Result<(), Box<dyn Error>> {
    let rows: u64 = std::env::args().nth(1).map_or(Ok(100_000), |rows| rows.parse())?;
    for (format, name) in [(Format::Csv, "sheets.csv"), (Format::Xlsx, "sheets.xlsx")] {
        let path = std::env::temp_dir().join(format!("{}-{name}", std::process::id()));
        let began = Instant::now();
        let mut writer = Writer::new(format, BufWriter::new(File::create(&path)?), &COLUMNS)?;
        for row in 0..rows {
            let cells =
                (0..COLUMNS.len()).map(|column| format!("第{row}家协会会员{}", row * 31 + column as u64));
            writer.row(&cells.collect::<Vec<_>>())?;
        }
        writer.finish()?;
        let (written, began) = (began.elapsed(), Instant::now());
        let sheet = Sheet::open(&path, &Limits::default(), &Pick::FIRST)?;
        let (looked, began) = (began.elapsed(), Instant::now());
        let read =
            sheet.reader()?.rows()?.filter(|row| row.as_ref().is_ok_and(|row| row.damage.is_none())).count();
        let size = std::fs::metadata(&path)?.len() >> 20;
        println!(
            "{name}: {read} rows, {size} MB; written in {written:?}, looked through in {looked:?}, read in {:?}; {}",
            began.elapsed(),
            peak()
        );
        std::fs::remove_file(&path)?;
    }
    Ok(())
}

/// The most memory this process has taken, as the system tells it.
fn peak() -> String {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    status.lines().find(|line| line.starts_with("VmHWM")).unwrap_or("memory unknown").to_owned()
}
