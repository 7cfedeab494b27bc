//! Files on their way from an upload to an attachment.

use std::io::Read as _;

use huitong_features::base::attachments::{self, Files, KeptFile, Sender};
use huitong_kernel::city::Limits;
use huitong_kernel::http::Upload;
use huitong_kernel::journal::Record;
use huitong_kernel::{Error, Result};
use huitong_testkit::db_test;

use super::Town;

const PNG: &[u8] = b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\x00\x00\x00\x01";

fn upload(name: &str, bytes: &[u8]) -> Upload {
    Upload {
        field: "files".into(),
        name: name.into(),
        content_type: "application/octet-stream".into(),
        content: bytes.to_vec().into(),
    }
}

fn take(town: &Town, sender: &Sender, text: &str) -> Result<KeptFile> {
    let sent = [upload("说明.txt", text.as_bytes())];
    Ok(attachments::take(&town.city, &town.city.pack(), sender, &sent)?.remove(0))
}

fn read(files: &Files, digest: &str) -> Vec<u8> {
    let mut bytes = Vec::new();
    files.open(digest).unwrap().read_to_end(&mut bytes).unwrap();
    bytes
}

/// How many files wait.
fn waiting(town: &Town) -> usize {
    std::fs::read_dir(town.city.data.join("unsent")).map_or(0, Iterator::count)
}

db_test! {
    fn files_are_kept_and_listed_with_their_subject(db) {
        let town = Town::new(db);
        let (files, pack) = (Files::of(&town.city.data), town.city.pack());
        let sender = Sender::named(false, "10.0.0.1");
        let uploads = [upload("现场.png", PNG), upload("", b""), upload("说明.txt", "情况说明".as_bytes())];
        let kept = attachments::take(&town.city, &pack, &sender, &uploads).unwrap();
        assert_eq!(kept.len(), 2, "an empty field is no file");
        db.write(&town.ctx, |tx| {
            attachments::add(tx, "appeal", "apl_1", None, &kept[0], false)?;
            attachments::add(tx, "appeal", "apl_1", Some("stp_1"), &kept[1], true)?;
            tx.record(Record::new("appeal.submit", "apl_1").fact("files", attachments::facts(&kept)))
        }).unwrap();
        let list = |internal| db.read(&town.ctx, |tx| attachments::list(tx, "apl_1", internal)).unwrap();
        assert_eq!(list(true).len(), 2);
        let shown = list(false);
        assert_eq!(shown.iter().map(|a| a.name.as_str()).collect::<Vec<_>>(), ["现场.png"]);
        assert_eq!(shown[0].media_type, "image/png");
        assert_eq!(read(&files, &shown[0].digest), PNG);
        let digest = &shown[0].digest;
        let place = town.city.data.join("attachments").join(&digest[..2]).join(&digest[2..4]).join(digest);
        std::fs::write(place, b"something else").unwrap();
        assert!(files.open(digest).unwrap_err().log_line().contains("was changed"));
        assert!(files.open("../../../etc/passwd").is_err());
        let facts = attachments::facts(&kept).to_string();
        assert!(facts.contains(&kept[0].digest) && !facts.contains("现场"), "{facts}");
    }

    fn files_of_a_form_never_sent_go_and_those_of_a_case_stay(db) {
        let town = Town::new(db);
        let files = Files::of(&town.city.data);
        let guest = Sender::named(false, "10.0.0.1");
        let take = |sender, text: &str| take(&town, sender, text).unwrap();
        let (entered, left) = (take(&guest, "情况说明"), take(&guest, "没有提交"));
        let (known, other) = (Sender::named(true, "usr_1"), Sender::named(false, "10.0.0.2"));
        let slower = take(&known, "还在填写");
        // The same content of two senders waits twice: what becomes of one is nothing to the other.
        let same = take(&other, "情况说明");
        let enter = |file: &KeptFile| db.write(&town.ctx, |tx| {
            tx.record(Record::new("appeal.submit", "apl_1"))?;
            attachments::add(tx, "appeal", "apl_1", None, file, false)
        });
        enter(&entered).unwrap();
        enter(&same).unwrap();
        assert_eq!(waiting(&town), 2, "what was entered waits no longer");
        assert_eq!(attachments::sweep(&town.city).unwrap(), 0, "whoever fills in a form has time");
        let ago = |file: &KeptFile, hours: u64| {
            let now = u64::try_from(huitong_kernel::clock::machine_now()).unwrap() / 1_000;
            let at = std::time::UNIX_EPOCH + std::time::Duration::from_secs(now - hours * 3_600 - 60);
            std::fs::File::options().append(true).open(&file.waits).unwrap().set_modified(at).unwrap();
        };
        ago(&left, 2);
        ago(&slower, 47);
        assert_eq!(attachments::sweep(&town.city).unwrap(), 1);
        assert!(slower.is_there() && !left.is_there());
        assert_eq!(enter(&left).unwrap_err().field_errors()[0].message, "之前选的附件已经过期，请重新选择");
        assert_eq!(read(&files, &entered.digest), "情况说明".as_bytes());

        // What an act took in that failed at its end goes later, and what belongs to a case never.
        db.write(&town.ctx, |tx| {
            attachments::add(tx, "appeal", "apl_2", None, &slower, false)?;
            Err::<(), _>(Error::unmet("in the end"))
        }).unwrap_err();
        for digest in [&entered.digest, &slower.digest] {
            let place = town.city.data.join("attachments").join(&digest[..2]).join(&digest[2..4]).join(digest);
            std::fs::File::options().append(true).open(place).unwrap().set_modified(std::time::UNIX_EPOCH).unwrap();
        }
        assert_eq!(attachments::sweep(&town.city).unwrap(), 1);
        assert!(files.open(&entered.digest).is_ok() && files.open(&slower.digest).is_err());
    }

    fn nobody_fills_the_disk_without_handing_anything_in(db) {
        let limits = Limits { unsent_bytes: 100_000, reserve_bytes: Some(0), ..Limits::default() };
        let town = Town::with(db, limits);
        let part = "甲".repeat(3_000);
        let guest = Sender::named(false, "10.0.0.1");
        let first = take(&town, &guest, &part).unwrap();
        let refused = take(&town, &guest, &format!("{part}乙")).unwrap_err();
        assert_eq!(refused.status(), 429, "a tenth is one sender's part");
        assert!(refused.message().contains("文字照常可以提交"), "{refused}");
        for n in 2..40 {
            take(&town, &Sender::named(n % 2 == 0, &format!("10.0.0.{n}")), &format!("{part}{n}")).unwrap();
            assert!(town.city.room().unwrap().unsent <= 100_000);
        }
        assert!(!first.is_there(), "the oldest goes first");
    }

    fn below_the_reserve_files_are_refused_and_words_go_on(db) {
        let limits = Limits { reserve_bytes: Some(u64::MAX / 2), ..Limits::default() };
        let town = Town::with(db, limits);
        let refused = take(&town, &Sender::named(true, "usr_1"), "情况说明").unwrap_err();
        assert_eq!((refused.status(), waiting(&town)), (503, 0));
        assert!(refused.message().contains("文字照常可以提交"), "{refused}");
        db.write(&town.ctx, |tx| tx.record(Record::new("appeal.submit", "apl_1"))).unwrap();
    }

    fn what_may_not_come_in_is_refused_whole(db) {
        let town = Town::new(db);
        let (sender, pack) = (Sender::named(false, "10.0.0.1"), town.city.pack());
        let refused = |uploads: &[Upload]| {
            let error = attachments::take(&town.city, &pack, &sender, uploads).unwrap_err();
            error.field_errors().iter().map(|f| f.message.clone()).collect::<Vec<_>>()
        };
        let two = refused(&[upload("合同.pdf", PNG), upload("a.exe", b"MZ\x90\x00"), upload("好.png", PNG)]);
        assert_eq!(two.len(), 2, "every wrong file is named");
        let many: Vec<Upload> = (0..6).map(|n| upload(&format!("{n}.png"), PNG)).collect();
        assert!(refused(&many)[0].contains("最多上传 5 个"));
        let stop = format!("机密{}", "★");
        assert!(!refused(&[upload("说明.txt", format!("{stop}1年").as_bytes())]).is_empty());
        assert!(!refused(&[upload(&format!("{stop}.png"), PNG)]).is_empty());
        assert!(waiting(&town) == 0, "nothing of a refused upload is kept");
    }
}
