//! What is lost, cut, swapped, old or changed behind our back: a start says so, and a server takes no acts on it.

use std::fs::{self, File};
use std::io::Read as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command};
use std::time::{Duration, Instant};

use huitong_kernel::digest::sm3_hex;
use huitong_kernel::pack::Pack;
use rusqlite::Connection;

use crate::command::{Ran, Server, huitong, run};
use crate::serving::{free_port, get, start, submit};

/// A city that was set up and stopped.
struct Stopped {
    dir: tempfile::TempDir,
}

impl Stopped {
    fn new() -> Stopped {
        let city = Stopped { dir: tempfile::tempdir().unwrap() };
        let (server, _) = city.serve(&[]);
        assert_eq!(server.stop(), 0);
        city
    }

    fn data(&self) -> PathBuf {
        self.dir.path().join("data")
    }

    fn file(&self) -> PathBuf {
        self.data().join("city.db")
    }

    fn sql(&self, statements: &str) {
        Connection::open(self.file()).unwrap().execute_batch(statements).unwrap();
    }

    /// Serves it with a door for each side; answers both addresses.
    fn serve(&self, more: &[&str]) -> (Server, [String; 2]) {
        let (public, staff) = (free_port(), free_port());
        let config = self.dir.path().join("huitong.toml");
        fs::write(&config, format!("listen.public = \"{public}\"\n")).unwrap();
        let data = self.data();
        let args = ["serve", "--listen", &staff, "--config", config.to_str().unwrap(), "--data"];
        let args = [&args[..], &[data.to_str().unwrap()], more].concat();
        let (server, ()) = start(&args, |line| line.contains("已就绪").then_some(()));
        (server, [public, staff])
    }

    fn refused(&self, more: &[&str]) -> Ran {
        let data = self.data();
        refused(huitong(
            &[&["serve", "--listen", &free_port(), "--data", data.to_str().unwrap()], more].concat(),
        ))
    }

    fn run(&self, words: &[&str]) -> Ran {
        run(&[words, &["--data", self.data().to_str().unwrap()]].concat())
    }
}

/// A start that has to end by itself.
fn refused(mut command: Command) -> Ran {
    let mut server = Server(command.spawn().unwrap());
    let until = Instant::now() + Duration::from_secs(30);
    while server.0.try_wait().unwrap().is_none() {
        assert!(Instant::now() < until, "it serves");
        std::thread::sleep(Duration::from_millis(20));
    }
    let read = |child: &mut Child| {
        let (mut said, mut noted) = (String::new(), String::new());
        child.stdout.take().unwrap().read_to_string(&mut said).unwrap();
        child.stderr.take().unwrap().read_to_string(&mut noted).unwrap();
        (said, noted)
    };
    let (said, noted) = read(&mut server.0);
    assert!(!said.contains("invitation"), "{said}");
    Ran { exit: server.0.wait().unwrap().code().unwrap_or(-1), said, noted }
}

/// What somebody does to the files of a city that is served.
type Harm = fn(&Stopped);

fn cut(file: &Path, to: u64) {
    File::options().write(true).open(file).unwrap().set_len(to).unwrap();
}

#[test]
fn a_lost_database_is_no_beginning() {
    let city = Stopped::new();
    let marker = fs::read_to_string(city.data().join("city.toml")).unwrap();
    assert!(marker.contains("id = \"cty_") && marker.contains("engine = \"sqlite\""), "{marker}");
    let lost = |what: &str| {
        let ran = city.refused(&[]);
        assert!(
            ran.exit == 2 && ran.noted.contains("已经有过一座城市"),
            "{what}: {} {}",
            ran.exit,
            ran.noted
        );
        let ran = city.run(&["user", "list"]);
        assert!(
            ran.exit == 2 && ran.noted.contains("已经有过一座城市"),
            "{what}: {} {}",
            ran.exit,
            ran.noted
        );
        let ran = city.run(&["demo", "--listen", "127.0.0.1:0"]);
        assert!(
            ran.exit == 2 && ran.noted.contains("已经有过一座城市"),
            "{what}: {} {}",
            ran.exit,
            ran.noted
        );
    };
    cut(&city.file(), 0);
    lost("cut to nothing");
    fs::remove_file(city.file()).unwrap();
    lost("removed");
    fs::remove_file(city.data().join("city.toml")).unwrap();
    lost("without its marker, the key is left");
    fs::remove_dir_all(city.data().join("keys")).unwrap();
    fs::write(city.data().join("city.db-wal"), "x").unwrap();
    lost("only its log is left");
    // Who says so begins anew.
    let (server, _) = city.serve(&["--new"]);
    assert_eq!(server.stop(), 0);
    assert!(!fs::read_to_string(city.data().join("city.toml")).unwrap().is_empty());
}

#[test]
fn an_empty_postgresql_beside_a_folder_in_use_is_no_beginning() {
    let Some((url, _drop)) = huitong_testkit::db::create_postgres() else { return };
    let city = Stopped::new();
    let ran = city.refused(&["--database", &url]);
    assert!(ran.exit == 2 && ran.noted.contains("已经有过一座城市"), "{} {}", ran.exit, ran.noted);
    let other = tempfile::tempdir().unwrap();
    fs::create_dir_all(other.path().join("attachments/ab")).unwrap();
    let serve = ["serve", "--listen", &free_port(), "--database", &url, "--data"];
    let ran = refused(huitong(&[&serve[..], &[other.path().to_str().unwrap()]].concat()));
    assert!(ran.exit == 2 && ran.noted.contains("留有 attachments"), "{} {}", ran.exit, ran.noted);
}

#[test]
fn what_does_not_belong_together_is_refused() {
    let (city, other) = (Stopped::new(), Stopped::new());
    fs::copy(other.file(), city.file()).unwrap();
    let ran = city.refused(&[]);
    assert!(ran.exit == 2 && ran.noted.contains("不是同一座城市"), "{} {}", ran.exit, ran.noted);
    // A city that is older than markers gets one, and keeps it.
    let marker = city.data().join("city.toml");
    fs::remove_file(&marker).unwrap();
    let (server, _) = city.serve(&[]);
    assert_eq!(server.stop(), 0);
    let told = fs::read_to_string(&marker).unwrap();
    let (server, _) = city.serve(&[]);
    assert_eq!((server.stop(), fs::read_to_string(&marker).unwrap()), (0, told));
    fs::remove_dir_all(city.data().join("attachments")).unwrap();
    let ran = city.refused(&[]);
    assert!(ran.exit == 2 && ran.noted.contains("附件文件夹"), "{} {}", ran.exit, ran.noted);
}

#[test]
fn a_file_that_is_taken_away_while_serving_takes_no_acts() {
    let harms: [(&str, Harm); 5] = [
        ("removed", |city| fs::remove_file(city.file()).unwrap()),
        ("its folder moved", |city| fs::rename(city.data(), city.dir.path().join("away")).unwrap()),
        ("another in its place", |city| {
            fs::copy(city.file(), city.data().join("old.db")).unwrap();
            fs::rename(city.data().join("old.db"), city.file()).unwrap();
        }),
        ("its log removed", |city| fs::remove_file(city.data().join("city.db-wal")).unwrap()),
        ("cut to nothing", |city| cut(&city.file(), 0)),
    ];
    for (what, harm) in harms {
        let city = Stopped::new();
        let (mut server, [public, staff]) = city.serve(&[]);
        assert_eq!((submit(&public).0, get(&staff, "/healthz", "").0), (201, 200));
        harm(&city);
        let (status, text) = submit(&public);
        assert_eq!(status, 503, "{what}: {text}");
        std::thread::sleep(Duration::from_millis(1_100));
        let (status, told) = get(&staff, "/healthz", "");
        assert!(status == 503 && told.contains("被删除、替换或者截短"), "{what}: {told}");
        let (status, told) = get(&public, "/healthz", "");
        assert!(status == 503 && told.ends_with("\r\n\r\nnot accepting\n"), "{what}: {told}");
        // It says what is wrong instead of being ended by the machine.
        for page in ["/", "/duty", "/orgs"] {
            get(&public, page, "");
        }
        assert!(server.0.try_wait().unwrap().is_none(), "{what}: the server is gone");
    }
}

#[test]
fn a_file_that_somebody_makes_smaller_goes_on() {
    let city = Stopped::new();
    city.sql("CREATE TABLE ballast (words TEXT); INSERT INTO ballast VALUES (hex(zeroblob(1000000)))");
    let (server, [public, _]) = city.serve(&[]);
    assert_eq!(submit(&public).0, 201);
    let before = fs::metadata(city.file()).unwrap().len();
    city.sql("DROP TABLE ballast; VACUUM; PRAGMA wal_checkpoint(TRUNCATE)");
    assert!(fs::metadata(city.file()).unwrap().len() < before);
    assert_eq!((submit(&public).0, submit(&public).0), (201, 201));
    assert_eq!(server.stop(), 0);
}

#[test]
fn a_probe_waits_two_seconds_and_never_twice() {
    let city = Stopped::new();
    let (server, [public, _]) = city.serve(&[]);
    assert_eq!(get(&public, "/healthz", "").0, 200);
    let other = Connection::open(city.file()).unwrap();
    other.execute_batch("BEGIN IMMEDIATE").unwrap();
    std::thread::sleep(Duration::from_millis(1_100));
    std::thread::scope(|threads| {
        for _ in 0..8 {
            threads.spawn(|| {
                let asked = Instant::now();
                assert_eq!(get(&public, "/healthz", "").0, 503);
                assert!(asked.elapsed() < Duration::from_secs(4), "{:?}", asked.elapsed());
            });
        }
    });
    other.execute_batch("ROLLBACK").unwrap();
    let until = Instant::now() + Duration::from_secs(10);
    while get(&public, "/healthz", "").0 != 200 {
        assert!(Instant::now() < until, "it does not come back");
        std::thread::sleep(Duration::from_millis(200));
    }
    assert_eq!(server.stop(), 0);
}

#[test]
fn a_full_disk_is_told_before_it_is_full() {
    let city = Stopped::new();
    let data = city.data();
    let (kept, disk) = (city.dir.path().join("kept"), data.to_str().unwrap());
    fs::rename(&data, &kept).unwrap();
    fs::create_dir(&data).unwrap();
    let mount = Command::new("mount").args(["-t", "tmpfs", "-o", "size=160m", "tmpfs", disk]).output();
    if !mount.is_ok_and(|mount| mount.status.success()) {
        println!("skipped: a small disk needs the right to mount one");
        return;
    }
    struct Mounted<'a>(&'a str);
    impl Drop for Mounted<'_> {
        fn drop(&mut self) {
            let _ = Command::new("umount").args(["-l", self.0]).status();
        }
    }
    let _mounted = Mounted(disk);
    let copied = Command::new("cp").arg("-a").arg(kept.join(".")).arg(&data).status().unwrap();
    assert!(copied.success());
    let (server, [public, staff]) = city.serve(&[]);
    assert_eq!((submit(&public).0, get(&staff, "/healthz", "").0), (201, 200));
    fs::write(data.join("filler"), vec![1; 110 << 20]).unwrap();
    std::thread::sleep(Duration::from_millis(1_100));
    let (status, told) = get(&staff, "/healthz", "");
    assert!(status == 503 && told.contains("MB"), "{told}");
    assert_eq!(server.stop(), 0);
    let ran = city.refused(&[]);
    assert!(ran.exit == 3 && ran.noted.contains("请清理或者扩容"), "{} {}", ran.exit, ran.noted);
}

#[cfg(unix)]
#[test]
fn data_that_cannot_be_written_is_not_served() {
    use std::os::unix::fs::{PermissionsExt as _, chown};
    use std::os::unix::process::CommandExt as _;
    /// What has no rights of its own on most machines.
    const NOBODY: u32 = 65_534;
    let city = Stopped::new();
    if chown(city.file(), Some(NOBODY), None).is_err() {
        println!("skipped: only root can run the server as somebody who may not write");
        return;
    }
    // A log of zero bytes lets the engine read what it may not write.
    for name in
        ["city.db", "city.db-wal", "city.db-shm", "city.toml", "attachments", "keys", "keys/forms.key", "."]
    {
        let path = city.data().join(name);
        if !path.exists() {
            File::create(&path).unwrap();
        }
        chown(&path, Some(NOBODY), None).unwrap();
        let mode = if path.is_dir() { 0o500 } else { 0o400 };
        fs::set_permissions(&path, fs::Permissions::from_mode(mode)).unwrap();
    }
    fs::set_permissions(city.dir.path(), fs::Permissions::from_mode(0o755)).unwrap();
    let data = city.data();
    let mut command = huitong(&["serve", "--listen", &free_port(), "--data", data.to_str().unwrap()]);
    command.uid(NOBODY);
    let ran = refused(command);
    assert!(ran.exit == 3, "{} {}", ran.exit, ran.noted);
    assert!(ran.noted.contains("不能写入") || ran.noted.contains("能否读写"), "{}", ran.noted);
}

#[test]
fn a_cut_database_is_not_served() {
    let city = Stopped::new();
    let length = fs::metadata(city.file()).unwrap().len();
    cut(&city.file(), length / 2);
    let ran = city.refused(&[]);
    assert!(ran.exit == 3, "{} {}", ran.exit, ran.noted);
    assert!(ran.noted.contains("已经损坏") || ran.noted.contains("请检查文件是否完好"), "{}", ran.noted);
    let city = Stopped::new();
    let mut bytes = fs::read(city.file()).unwrap();
    let middle = bytes.len() / 2;
    bytes[middle..middle + 20_000].fill(7);
    fs::write(city.file(), bytes).unwrap();
    let ran = city.refused(&[]);
    let told = ran.noted.contains("已经损坏") || ran.noted.contains("请检查文件是否完好");
    assert!(ran.exit == 3 && told, "{} {}", ran.exit, ran.noted);
}

#[test]
fn data_of_a_newer_version_is_not_opened() {
    let city = Stopped::new();
    city.sql("INSERT INTO schema_migrations VALUES ('9999_from_the_future', 'x', 0)");
    for ran in [city.refused(&[]), city.run(&["journal", "verify"]), city.run(&["upgrade"])] {
        assert!(ran.exit == 3 && ran.noted.contains("9999_from_the_future"), "{} {}", ran.exit, ran.noted);
    }
}

#[test]
fn only_serve_and_upgrade_change_the_schema() {
    let city = Stopped::new();
    // As it was before its newest migration.
    city.sql("DROP TABLE place; DELETE FROM schema_migrations WHERE name = '0020_place'");
    fs::remove_file(city.data().join("city.toml")).unwrap();
    for words in [&["user", "list"][..], &["journal", "verify"], &["token", "create", "nobody"]] {
        let ran = city.run(words);
        assert!(
            ran.exit == 2 && ran.noted.contains("huitong upgrade"),
            "{words:?}: {} {}",
            ran.exit,
            ran.noted
        );
        assert!(ran.noted.contains("0020_place"), "{}", ran.noted);
    }
    for _ in 0..2 {
        let ran = city.run(&["upgrade", "--dry-run"]);
        assert!(ran.exit == 0 && ran.said.contains("0020_place"), "{} {}", ran.said, ran.noted);
    }
    let ran = city.run(&["upgrade"]);
    assert!(ran.exit == 0 && ran.said.contains("已经升级"), "{} {}", ran.said, ran.noted);
    assert_eq!(city.run(&["user", "list"]).exit, 0);
    let ran = city.run(&["upgrade", "--json"]);
    assert_eq!(ran.objects()[0]["steps"], serde_json::json!([]));
}

#[test]
fn a_pack_that_was_changed_behind_the_journal_is_not_served() {
    let give = "UPDATE packs SET files = replace(files, 'city', 'town')";
    let city = Stopped::new();
    city.sql(give);
    let whole = |ran: Ran| {
        assert!(ran.exit == 3 && ran.noted.contains("政策包 2026"), "{} {}", ran.exit, ran.noted);
        assert!(ran.noted.contains("和发布时的记录不符"), "{}", ran.noted);
    };
    whole(city.refused(&[]));
    whole(city.run(&["user", "list"]));
    // With a digest that fits it is still not what the journal says.
    let db = Connection::open(city.file()).unwrap();
    let files: String = db.query_row("SELECT files FROM packs", [], |row| row.get(0)).unwrap();
    let digest = sm3_hex(&Pack::canonical_bytes_of(&serde_json::from_str(&files).unwrap()));
    db.execute("UPDATE packs SET digest = ?1", [digest]).unwrap();
    drop(db);
    whole(city.refused(&[]));
}
