//! Which row of a workbook names the columns: titles stand above it, and it may have a row of groups.

use calamine::Dimensions;

use super::xlsx::{Filled, letters};

/// Rows that are looked at for titles and headings.
pub const LOOKED_AT: usize = 6;
/// Titles that may stand above a heading.
const TITLES: usize = 3;

/// The heading of a sheet.
#[derive(Debug)]
pub struct Head {
    /// The names of its columns, up to the last one that has a name.
    pub labels: Vec<String>,
    /// Its last row, first = 0.
    pub last: u32,
    /// What was passed over.
    pub notes: Vec<String>,
}

/// Reads the heading from the first rows that hold something, or says why it cannot be told.
pub fn read(rows: &[Filled], merged: &[Dimensions]) -> Result<Head, String> {
    let titles = (0..TITLES).take_while(|nth| is_title(rows, *nth)).count();
    let mut notes: Vec<String> = Vec::new();
    for title in &rows[..titles] {
        let said = title.texts.iter().find(|text| !text.is_empty()).map_or("", String::as_str);
        notes.push(format!("第 {} 行“{said}”是标题，没有读入", title.row + 1));
    }
    let Some(top) = rows.get(titles) else {
        return Err(String::from("文件是空的，第一行应为列名"));
    };
    let here: Vec<&Dimensions> = merged.iter().filter(|area| area.start.0 == top.row).collect();
    let groups: Vec<&Dimensions> = here.iter().copied().filter(|area| is_group(area)).collect();
    let deepest = here.iter().map(|area| area.end.0).max().unwrap_or(top.row);
    let last = if groups.is_empty() { deepest } else { deepest.max(top.row + 1) };
    let below = rows.get(titles + 1).filter(|row| row.row == top.row + 1);
    let further = merged.iter().any(|area| area.start.0 == top.row + 1 && is_group(area));
    if last > top.row + 1 || (last > top.row && further) {
        return Err(unclear(top.row, last.max(top.row + 2)));
    }
    let mut labels = top.texts.clone();
    if last > top.row {
        let width = top.texts.len().max(below.map_or(0, |row| row.texts.len()));
        labels = (0..width)
            .map(|column| label(column, (top, below), &here))
            .collect::<Option<_>>()
            .ok_or_else(|| unclear(top.row, last))?;
        notes.push(format!("表头有两行，列名取自第 {} 行", last + 1));
    }
    while labels.last().is_some_and(String::is_empty) {
        labels.pop();
    }
    match rows.iter().take_while(|row| row.row <= last).find_map(|row| row.faults.first()) {
        Some((column, why)) => Err(format!("列名那一行的 {} 列{why}", letters(*column))),
        None => Ok(Head { labels, last, notes }),
    }
}

/// Whether a row says one thing above a row that says several.
fn is_title(rows: &[Filled], nth: usize) -> bool {
    let filled = |row: &Filled| row.texts.iter().filter(|text| !text.is_empty()).count();
    rows.get(nth).is_some_and(|row| filled(row) == 1)
        && rows[nth + 1..].iter().take(TITLES).any(|row| filled(row) > 1)
}

/// Whether merged cells name a group of columns: one row high, several columns wide.
fn is_group(area: &Dimensions) -> bool {
    area.start.0 == area.end.0 && area.end.1 > area.start.1
}

/// The name of a column in a heading of two rows; none where it cannot be told.
fn label(column: usize, (top, below): (&Filled, Option<&Filled>), here: &[&Dimensions]) -> Option<String> {
    let (over, under) = (top.text(column), below.map_or("", |row| row.text(column)));
    let covering = here.iter().find(|area| (area.start.1 as usize..=area.end.1 as usize).contains(&column));
    match covering {
        Some(area) if is_group(area) => (!under.is_empty()).then(|| under.to_owned()),
        // Names in both rows of a column that nothing joins: the second may well be data.
        None if !over.is_empty() && !under.is_empty() => None,
        _ => Some(if over.is_empty() { under } else { over }.to_owned()),
    }
}

fn unclear(from: u32, to: u32) -> String {
    format!(
        "表头在第 {} 行到第 {} 行有合并单元格，分不清哪一行是列名；请取消合并，只留一行列名，每列一个名称",
        from + 1,
        to + 1
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rows(lines: &[&str]) -> Vec<Filled> {
        let row = |(row, line): (usize, &&str)| Filled {
            row: row as u32,
            texts: line.split(',').map(str::to_owned).collect(),
            faults: Vec::new(),
        };
        lines.iter().enumerate().map(row).collect()
    }

    fn area(from: (u32, u32), to: (u32, u32)) -> Dimensions {
        Dimensions::new(from, to)
    }

    #[test]
    fn the_row_that_names_the_columns_is_found() {
        let two = ["名称,法人,,地址", ",姓名,电话,", "甲,乙,1,丙"];
        let joined = [area((0, 1), (0, 2)), area((0, 0), (1, 0)), area((0, 3), (1, 3))];
        for (lines, merged, wanted, last, notes) in [
            (&["名称,代码", "甲,1"][..], &[][..], "名称,代码", 0, 0),
            (&["名称", "甲"], &[], "名称", 0, 0),
            (&["协会名单", "名称,代码", "甲,1"], &[area((0, 0), (0, 1))], "名称,代码", 1, 1),
            (&["协会名单", "2025年", "名称,代码", "甲,1"], &[], "名称,代码", 2, 2),
            (&["名称,代码,,", "甲,1"], &[], "名称,代码", 0, 0),
            (&two, &joined, "名称,姓名,电话,地址", 1, 1),
            (&two, &joined[..1], "名称,姓名,电话,地址", 1, 1),
            (&["名称,代码", "", "甲,1"], &[area((0, 0), (1, 0)), area((0, 1), (1, 1))], "名称,代码", 1, 1),
            (
                &["协会名单", "名称,法人,,地址", ",姓名,电话,", "甲,乙,1,丙"],
                &[area((0, 0), (0, 3)), area((1, 1), (1, 2))],
                "名称,姓名,电话,地址",
                2,
                2,
            ),
        ] {
            let head = read(&rows(lines), merged).unwrap_or_else(|why| panic!("{lines:?}: {why}"));
            assert_eq!(
                (head.labels.join(",").as_str(), head.last, head.notes.len()),
                (wanted, last, notes),
                "{lines:?}"
            );
        }
    }

    #[test]
    fn a_heading_that_cannot_be_told_is_refused() {
        for (lines, merged) in [
            // A name that covers two columns, and data below it.
            (&["名称,地址,", "甲,乙,丙"][..], &[area((0, 1), (0, 2))][..]),
            // Three rows.
            (&["甲,,丁", "乙,,", "a,b,c"], &[area((0, 0), (0, 2)), area((1, 0), (1, 1))]),
            (&["名称,代码", ",", ",", "甲,1"], &[area((0, 0), (2, 0))]),
            // A group without a name for one of its columns.
            (&["名称,法人,", ",姓名,", "甲,乙,1"], &[area((0, 1), (0, 2)), area((0, 0), (1, 0))]),
        ] {
            assert!(read(&rows(lines), merged).unwrap_err().contains("只留一行列名"), "{lines:?}");
        }
        assert!(read(&[], &[]).unwrap_err().contains("空的"));
        let mut wrong = rows(&["名称,代码"]);
        wrong[0].faults.push((1, String::from("是错误值 #N/A，请改正")));
        assert!(read(&wrong, &[]).unwrap_err().contains("B 列是错误值"));
    }
}
