//! Files on their way from an upload to an attachment.

use huitong_features::base::attachments::{self, Files};
use huitong_kernel::http::Upload;
use huitong_kernel::journal::Record;
use huitong_testkit::db_test;

use super::Town;

const PNG: &[u8] = b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\x00\x00\x00\x01";

fn upload(name: &str, bytes: &[u8]) -> Upload {
    Upload {
        field: "files".into(),
        name: name.into(),
        content_type: "application/octet-stream".into(),
        bytes: bytes.to_vec().into(),
    }
}

db_test! {
    fn files_are_kept_and_listed_with_their_subject(db) {
        let town = Town::new(db);
        let (files, pack) = (Files::of(&town.city.data), town.city.pack());
        let uploads = [upload("现场.png", PNG), upload("", b""), upload("说明.txt", "情况说明".as_bytes())];
        let kept = attachments::take(&files, &pack, &uploads).unwrap();
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
        assert_eq!(files.read(&shown[0].digest).unwrap(), PNG);
        let facts = attachments::facts(&kept).to_string();
        assert!(facts.contains(&kept[0].digest) && !facts.contains("现场"), "{facts}");
    }

    fn files_of_a_form_never_sent_go_and_those_of_a_case_stay(db) {
        let town = Town::new(db);
        let files = Files::of(&town.city.data);
        let kept = attachments::take(&files, &town.city.pack(), &[
            upload("说明.txt", "情况说明".as_bytes()), upload("没提交.txt", "没有提交".as_bytes()),
        ]).unwrap();
        db.write(&town.ctx, |tx| {
            attachments::add(tx, "appeal", "apl_1", None, &kept[0], false)?;
            tx.record(Record::new("appeal.submit", "apl_1"))
        }).unwrap();
        assert_eq!(attachments::sweep(&town.city).unwrap(), 0, "whoever fills in a form has time");
        for file in &kept {
            let folder = town.city.data.join("attachments").join(&file.digest[..2]).join(&file.digest[2..4]);
            let file = std::fs::File::options().append(true).open(folder.join(&file.digest)).unwrap();
            file.set_modified(std::time::UNIX_EPOCH).unwrap();
        }
        assert_eq!(attachments::sweep(&town.city).unwrap(), 1);
        assert!(files.read(&kept[0].digest).is_ok() && files.read(&kept[1].digest).is_err());
    }

    fn what_may_not_come_in_is_refused_whole(db) {
        let town = Town::new(db);
        let (files, pack) = (Files::of(&town.city.data), town.city.pack());
        let refused = |uploads: &[Upload]| {
            let error = attachments::take(&files, &pack, uploads).unwrap_err();
            error.field_errors().iter().map(|f| f.message.clone()).collect::<Vec<_>>()
        };
        let two = refused(&[upload("合同.pdf", PNG), upload("a.exe", b"MZ\x90\x00"), upload("好.png", PNG)]);
        assert_eq!(two.len(), 2, "every wrong file is named");
        let many: Vec<Upload> = (0..6).map(|n| upload(&format!("{n}.png"), PNG)).collect();
        assert!(refused(&many)[0].contains("最多上传 5 个"));
        let stop = format!("机密{}", "★");
        assert!(!refused(&[upload("说明.txt", format!("{stop}1年").as_bytes())]).is_empty());
        assert!(!refused(&[upload(&format!("{stop}.png"), PNG)]).is_empty());
        assert!(!town.city.data.join("attachments").exists(), "nothing of a refused upload is kept");
    }
}
