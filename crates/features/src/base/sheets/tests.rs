//! Files of every kind: written and read back, made by hand, and refused.

use std::io::{Cursor, Write as _};

use huitong_codes::text::clean;
use proptest::prelude::*;
use rust_xlsxwriter::{Format as Style, Formula, Workbook};
use tempfile::NamedTempFile;
use zip::write::{SimpleFileOptions, ZipWriter};

use super::*;

fn saved(bytes: &[u8]) -> NamedTempFile {
    let mut file = NamedTempFile::new().unwrap();
    file.write_all(bytes).unwrap();
    file
}

fn written(format: Format, heading: &[&str], rows: &[Vec<String>]) -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut writer = Writer::new(format, &mut bytes, heading).unwrap();
    for row in rows {
        writer.row(row).unwrap();
    }
    writer.finish().unwrap();
    bytes
}

fn read_within(bytes: &[u8], limits: &Limits) -> huitong_kernel::Result<(Sheet, Vec<Row>)> {
    let file = saved(bytes);
    let sheet = Sheet::open(file.path(), limits, &Pick::FIRST)?;
    let rows = sheet.reader()?.rows()?.collect::<huitong_kernel::Result<Vec<Row>>>()?;
    assert_eq!(sheet.rows, rows.len() as u64);
    Ok((sheet, rows))
}

fn read(bytes: &[u8]) -> (Sheet, Vec<Row>) {
    read_within(bytes, &Limits::default()).unwrap()
}

fn refused(bytes: &[u8], limits: &Limits) -> String {
    read_within(bytes, limits).unwrap_err().to_string()
}

/// The workbook that is filled so.
fn workbook(fill: impl FnOnce(&mut Workbook)) -> Vec<u8> {
    let mut book = Workbook::new();
    fill(&mut book);
    book.save_to_buffer().unwrap()
}

/// A workbook of one sheet with these lines as texts, and what else is done to it.
fn sheet_of(lines: &[&str], then: impl FnOnce(&mut rust_xlsxwriter::Worksheet)) -> Vec<u8> {
    workbook(|book| {
        let sheet = book.add_worksheet();
        for (row, line) in (0..).zip(lines) {
            for (column, text) in (0..).zip(line.split(',')) {
                sheet.write_string(row, column, text).unwrap();
            }
        }
        then(sheet);
    })
}

/// An archive of these parts.
fn packed(parts: &[(&str, &[u8])]) -> Vec<u8> {
    let mut archive = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, content) in parts {
        archive.start_file(*name, SimpleFileOptions::default()).unwrap();
        archive.write_all(content).unwrap();
    }
    archive.finish().unwrap().into_inner()
}

const SMALL: [&str; 3] = ["名称,代码", "甲,1", "乙,2"];

#[test]
fn a_table_reads_back_as_it_was_written() {
    let rows: Vec<Vec<String>> = [["=1+1", "510100199001011234"], ["'-5", "-5"], ["甲\n乙", "_x0041_"]]
        .map(|row| row.map(str::to_owned).to_vec())
        .to_vec();
    for format in [Format::Csv, Format::Xlsx] {
        let bytes = written(format, &["名称", "=代码"], &rows);
        let (sheet, read) = read(&bytes);
        assert_eq!((sheet.heading.join(","), sheet.notes.len()), ("名称,=代码".to_owned(), 0));
        assert!(read.iter().all(|row| row.damage.is_none()));
        assert_eq!(read.iter().map(|row| row.cells.clone()).collect::<Vec<_>>(), rows, "{format:?}");
        let places: Vec<(i64, usize)> = read.iter().map(|row| (row.place, row.line)).collect();
        assert_eq!(places, [(1, 2), (2, 3), (3, 4)]);
    }
    let csv = String::from_utf8(written(Format::Csv, &["名称", "=代码"], &rows)).unwrap();
    assert!(csv.starts_with("\u{feff}名称,'=代码\n'=1+1,510100199001011234\n''-5,-5\n"), "{csv}");
}

#[test]
fn a_workbook_holds_texts_and_no_formula() {
    let bytes = written(
        Format::Xlsx,
        &["名称"],
        &[vec!["=1+1".into()], vec!["https://a.cn".into()], vec!["5".into()]],
    );
    let mut archive = zip::ZipArchive::new(Cursor::new(bytes)).unwrap();
    let mut xml = String::new();
    std::io::Read::read_to_string(&mut archive.by_name("xl/worksheets/sheet1.xml").unwrap(), &mut xml)
        .unwrap();
    assert!(!xml.contains("<f>") && !xml.contains("hyperlink") && !xml.contains("<v>"), "{xml}");
    assert!(xml.contains("state=\"frozen\"") && xml.contains("customWidth"));
    let mut bytes = Vec::new();
    let mut writer = Writer::new(Format::Xlsx, &mut bytes, &["名称", "经过"]).unwrap();
    assert!(writer.row(&["甲", &"长".repeat(32_768)]).unwrap_err().to_string().contains("“经过”一列"));
}

#[test]
fn what_is_typed_into_a_workbook_is_read_as_text() {
    let bytes = sheet_of(&["日期,时刻,金额,编号,是否,公式,坏"], |sheet| {
        let style = |form: &str| Style::new().set_num_format(form);
        sheet.write_number_with_format(1, 0, 45_730, &style("yyyy-mm-dd")).unwrap();
        sheet.write_number_with_format(1, 1, 45_730.0 + 9.5 / 24.0, &style("yyyy/m/d h:mm")).unwrap();
        sheet.write_number(1, 2, 0.1 + 0.2).unwrap();
        sheet.write_number(1, 3, 5_101_001).unwrap();
        sheet.write_boolean(1, 4, true).unwrap();
        sheet.write_formula(1, 5, Formula::new("=1+1").set_result("2")).unwrap();
        sheet.write_number_with_format(2, 0, 45_730, &Style::new().set_num_format_index(31)).unwrap();
        sheet.write_number(2, 3, 5.1e17).unwrap();
        sheet.write_formula(2, 6, Formula::new("=NA()").set_result("#N/A")).unwrap();
    });
    let (_, rows) = read(&bytes);
    assert_eq!(rows[0].cells, ["2025-03-14", "2025-03-14 09:30", "0.3", "5101001", "是", "2", ""]);
    assert_eq!((rows[0].damage.as_deref(), rows[1].cells[0].as_str()), (None, "2025-03-14"));
    let damage = rows[1].damage.as_deref().unwrap();
    assert!(
        damage.starts_with("D 列“编号”的数字超过 15 位") && damage.contains("；G 列“坏”是错误值 #N/A"),
        "{damage}"
    );
}

#[test]
fn merged_cells_spoil_their_rows_and_no_other() {
    let lines = ["名称,代码,地址", "甲,1,一", "乙,2,二", ",3,三", "丁,4,四", "戊,5,五"];
    let (_, rows) = read(&sheet_of(&lines, |sheet| {
        sheet.merge_range(2, 0, 3, 0, "乙", &Style::new()).unwrap();
        sheet.merge_range(4, 1, 4, 2, "4", &Style::new()).unwrap();
    }));
    let damage: Vec<&str> = rows.iter().map(|row| row.damage.as_deref().unwrap_or_default()).collect();
    let tall = "第 3 行到第 4 行 A 列是合并单元格，请取消合并后分别填写";
    assert_eq!(damage, ["", tall, tall, "第 5 行 B 列到 C 列是合并单元格，请取消合并后分别填写", ""]);
}

#[test]
fn a_title_and_groups_above_the_heading_are_passed_over() {
    let lines = ["", "名称,法人,,地址", ",姓名,电话,", "甲,乙,1,丙"];
    let bytes = sheet_of(&lines, |sheet| {
        sheet.merge_range(0, 0, 0, 3, "协会名单", &Style::new()).unwrap();
        sheet.merge_range(1, 1, 1, 2, "法人", &Style::new()).unwrap();
    });
    let (sheet, rows) = read(&bytes);
    assert_eq!(sheet.heading, ["名称", "姓名", "电话", "地址"]);
    assert_eq!(sheet.notes, ["第 1 行“协会名单”是标题，没有读入", "表头有两行，列名取自第 3 行"]);
    assert_eq!((rows.len(), rows[0].line, rows[0].damage.as_deref()), (1, 4, None));
}

#[test]
fn the_first_visible_sheet_that_holds_anything_is_read() {
    let bytes = workbook(|book| {
        for (name, text, hidden) in
            [("说明", "", false), ("旧", "旧名", true), ("名单", "名称", false), ("统计", "数", false)]
        {
            let sheet = book.add_worksheet().set_name(name).unwrap().set_hidden(hidden);
            sheet.write_string(0, 0, text).unwrap();
            sheet.write_blank(9, 9, &Style::new().set_bold()).unwrap();
        }
    });
    let (sheet, rows) = read(&bytes);
    assert_eq!((sheet.heading.join(","), rows.len()), ("名称".to_owned(), 0));
    assert_eq!(sheet.notes, ["文件中有 2 张表有内容，读的是第一张“名单”；没有读“统计”"]);
}

#[test]
fn the_sheet_whose_heading_fits_best_is_read_unless_another_is_named() {
    let bytes = workbook(|book| {
        for (name, line) in [("说明", "怎么填"), ("Sheet1", "名称,代码"), ("旧", "名称")] {
            let sheet = book.add_worksheet().set_name(name).unwrap();
            for (column, text) in (0..).zip(line.split(',')) {
                sheet.write_string(0, column, text).unwrap();
            }
        }
    });
    let file = saved(&bytes);
    let fits =
        |heading: &[String]| heading.iter().filter(|name| ["名称", "代码"].contains(&name.as_str())).count();
    let open = |named| Sheet::open(file.path(), &Limits::default(), &Pick { named, fits: &fits });
    let sheet = open(None).unwrap();
    assert_eq!((sheet.sheet(), sheet.sheets.len()), (Some("Sheet1"), 3));
    assert_eq!(sheet.notes, ["文件中有 3 张表有内容，读的是列名最相符的“Sheet1”；没有读“说明”“旧”"]);
    let named = open(Some("旧")).unwrap();
    assert_eq!((named.sheet(), named.heading.len(), named.notes.len()), (Some("旧"), 1, 0));
    assert!(
        open(Some("新")).unwrap_err().to_string().contains("没有名为“新”的表，有内容的是“说明”“Sheet1”“旧”")
    );
}

#[test]
fn what_is_called_a_workbook_and_is_none_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    for (name, refused) in [("a.xlsx", true), ("a.XLS", true), ("a.csv", false), ("a", false)] {
        let path = folder.path().join(name);
        std::fs::write(&path, "hello world\n").unwrap();
        let opened = Sheet::open(&path, &Limits::default(), &Pick::FIRST);
        assert_eq!(
            opened.as_ref().is_err_and(|e| e.to_string().contains("不是 XLSX 文件")),
            refused,
            "{name}"
        );
        assert_eq!(opened.is_err(), refused, "{name}");
    }
}

#[test]
fn numbers_are_numbers_in_a_workbook_where_they_read_back() {
    let rows = ["12", "-5", "1234.50", "0.05", "1234567890123456", "007", "约 5", ""];
    let mut bytes = Vec::new();
    let writer = Writer::new(Format::Xlsx, &mut bytes, &["代码", "数"]).unwrap();
    let mut writer = writer.called("台账：[甲]/乙").unwrap().counting(&[None, Some("0.00")]);
    for number in rows {
        writer
            .row(
                &[number.replace("约 ", ""), number.to_owned()]
                    .map(|c| if c.is_empty() { "甲".into() } else { c }),
            )
            .unwrap();
    }
    writer.finish().unwrap();
    let (sheet, read) = read(&bytes);
    assert_eq!(sheet.sheet(), Some("台账：甲乙"));
    let told: Vec<&str> = read.iter().map(|row| row.cells[1].as_str()).collect();
    assert_eq!(told, ["12", "-5", "1234.5", "0.05", "1234567890123456", "007", "约 5", "甲"]);
    let mut xml = String::new();
    let mut archive = zip::ZipArchive::new(Cursor::new(bytes)).unwrap();
    std::io::Read::read_to_string(&mut archive.by_name("xl/worksheets/sheet1.xml").unwrap(), &mut xml)
        .unwrap();
    assert_eq!(xml.matches("<v>").count(), 4, "codes stay texts: {xml}");
}

#[test]
fn empty_rows_and_columns_are_none_and_nothing_stands_without_a_name() {
    let (sheet, rows) = read(&sheet_of(&["名称,,代码,,", "甲,,1", ",,", " ,,", "乙,丙,2,,丁"], |_| {}));
    assert_eq!(sheet.heading, ["名称", "", "代码"]);
    assert_eq!((rows.len(), rows[1].place, rows[1].line), (2, 2, 5));
    let damage = rows[1].damage.as_deref();
    assert_eq!(damage, Some("B 列有内容，但是没有列名；E 列有内容，但是没有列名"));
}

#[test]
fn a_file_that_is_no_table_says_what_to_do() {
    let whole = sheet_of(&SMALL, |_| {});
    let mut cut = whole.clone();
    cut.truncate(whole.len() / 2);
    let mut hurt = whole.clone();
    hurt[60] ^= 0x55;
    let xls = [&b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"[..], &[0; 600]].concat();
    let mut locked = whole.clone();
    let directory = locked.windows(4).position(|w| w == b"PK\x01\x02").unwrap();
    locked[directory + 8] |= 1;
    for (bytes, word) in [
        (&xls[..], "旧格式（.xls）"),
        (&cut, "不完整或者已经损坏"),
        (&hurt, "不完整或者已经损坏"),
        (&locked, "去掉密码"),
        (b"\xef\xbb\xbf <html><table>", "另存为“Excel 工作簿（*.xlsx）”"),
        (b"%PDF-1.7", "是 PDF"),
        (&packed(&[("word/document.xml", b"<w/>")]), "不是 Excel 工作簿"),
        (&packed(&[("xl/worksheets/sheet1.xml", b"<w/>")]), "另存一份"),
        (b"", "文件是空的"),
        (&sheet_of(&[], |_| {}), "文件是空的"),
        (b"a,b\n1,\xc2\xb7\xb5\n", "CSV UTF-8"),
    ] {
        let why = refused(bytes, &Limits::default());
        assert!(why.contains(word), "{word}: {why}");
    }
}

#[test]
fn a_file_beyond_its_limits_is_refused_before_it_is_unpacked() {
    let limits = Limits::default();
    let bomb = packed(&[("xl/worksheets/sheet1.xml", &vec![b' '; 30 << 20])]);
    assert!(bomb.len() < 64 << 10);
    let whole = sheet_of(&SMALL, |_| {});
    let csv = SMALL.join("\n").into_bytes();
    let many: Vec<String> = (0..30).map(|nth| format!("{nth}.xml")).collect();
    let many: Vec<(&str, &[u8])> = many.iter().map(|name| (name.as_str(), &b"x"[..])).collect();
    let wide = sheet_of(&[&["列"; 201].join(",")], |_| {});
    let sheets = workbook(|book| (0..3).for_each(|_| drop(book.add_worksheet().write_string(0, 0, "a"))));
    for (bytes, limits, word) in [
        (&bomb, limits.clone(), "文件展开后有 30 MB"),
        (&whole, Limits { unpacked: 10_000, ..limits.clone() }, "展开后"),
        (&whole, Limits { bytes: 1_000, ..limits.clone() }, "文件有 1 MB"),
        (&csv, Limits { bytes: 10, ..limits.clone() }, "文件有 1 MB"),
        (&whole, Limits { rows: 1, ..limits.clone() }, "超过 1 行"),
        (&csv, Limits { rows: 1, ..limits.clone() }, "超过 1 行"),
        (&csv, Limits { columns: 1, ..limits.clone() }, "有 2 列，最多 1 列"),
        (&wide, limits.clone(), "GS 列还有内容，最多 200 列"),
        (&sheets, Limits { sheets: 2, ..limits.clone() }, "有 3 张表"),
        (&packed(&many), Limits { parts: 20, ..limits.clone() }, "30 个部分"),
    ] {
        let why = refused(bytes, &limits);
        assert!(why.contains(word), "{word}: {why}");
    }
}

#[test]
fn a_size_that_lies_is_found_out() {
    let (name, content) = ("xl/worksheets/sheet1.xml", vec![b' '; 1 << 20]);
    let mut bytes = packed(&[(name, &content)]);
    let real = (1_u32 << 20).to_le_bytes();
    let places: Vec<usize> =
        bytes.windows(4).enumerate().filter(|(_, w)| *w == real).map(|(at, _)| at).collect();
    assert!(!places.is_empty());
    for at in places {
        bytes[at..at + 4].copy_from_slice(&100_u32.to_le_bytes());
    }
    let why = refused(&bytes, &Limits::default());
    assert!(why.contains("已经损坏"), "{why}");
}

#[test]
fn a_text_kept_once_and_shown_often_is_bounded() {
    let long = "长".repeat(10_000);
    let bytes = sheet_of(&["名称"], |sheet| {
        (1..100).for_each(|row| drop(sheet.write_string(row, 0, &long)));
    });
    let why = refused(&bytes, &Limits { unpacked: 1 << 20, ..Limits::default() });
    assert!(why.contains("文字太多"), "{why}");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn what_is_written_reads_back(
        rows in prop::collection::vec(prop::collection::vec(prop_oneof!["\\PC{0,12}", "[-'=+@＝\n\t ,\"1_x<&]{0,9}", any::<String>()], 3), 1..8)
    ) {
        // A row that says nothing is no row of a workbook.
        let rows: Vec<Vec<String>> = rows.into_iter().map(|row| [vec![String::from("甲")], row].concat()).collect();
        let kept = |cell: &String| clean(cell).trim().to_owned();
        let wanted: Vec<Vec<String>> = rows.iter().map(|row| row.iter().map(kept).collect()).collect();
        for format in [Format::Csv, Format::Xlsx] {
            let (_, found) = read(&written(format, &["a", "b", "c", "d"], &rows));
            let found: Vec<Vec<String>> = found.into_iter().map(|row| row.cells).collect();
            prop_assert_eq!(&found, &wanted, "{:?}", format);
        }
    }

    #[test]
    fn a_damaged_file_is_read_or_refused_and_nothing_else(at in any::<prop::sample::Index>(), byte in any::<u8>()) {
        let mut bytes = sheet_of(&SMALL, |_| {});
        let place = at.index(bytes.len());
        bytes[place] = byte;
        let _ = read_within(&bytes, &Limits::default());
    }
}
