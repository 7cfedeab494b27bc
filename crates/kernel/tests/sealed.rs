//! A database that is reached by TLS: only where its certificate is of the authority that the deployer names.
#![expect(clippy::unwrap_used, reason = "tests say what went wrong by failing")]

use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;

use huitong_kernel::{Ctx, Db, MIGRATION, args};
use rcgen::{CertifiedKey, KeyPair, generate_simple_self_signed};
use rustls::ServerConfig;
use rustls::pki_types::PrivateKeyDer;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio_rustls::TlsAcceptor;

/// A door before a database that speaks TLS as the database itself would.
fn sealed(database: &str, made: &CertifiedKey<KeyPair>) -> SocketAddr {
    let key = PrivateKeyDer::try_from(made.signing_key.serialize_der()).unwrap();
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = ServerConfig::builder_with_provider(provider).with_safe_default_protocol_versions().unwrap();
    let config = config.with_no_client_auth().with_single_cert(vec![made.cert.der().clone()], key).unwrap();
    let (acceptor, database) = (TlsAcceptor::from(Arc::new(config)), database.to_owned());
    let (told, tell) = std::sync::mpsc::channel();
    std::thread::spawn(move || {
        let runtime =
            tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
        runtime.block_on(async {
            let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
            told.send(listener.local_addr().unwrap()).unwrap();
            while let Ok((mut client, _)) = listener.accept().await {
                let (acceptor, database) = (acceptor.clone(), database.clone());
                tokio::spawn(async move {
                    let mut asked = [0; 8];
                    client.read_exact(&mut asked).await.ok()?;
                    client.write_all(b"S").await.ok()?;
                    let mut inside = acceptor.accept(client).await.ok()?;
                    let mut server = TcpStream::connect(database).await.ok()?;
                    tokio::io::copy_bidirectional(&mut inside, &mut server).await.ok()
                });
            }
        });
    });
    tell.recv().unwrap()
}

/// The file of an authority.
fn authority(dir: &tempfile::TempDir, name: &str, made: &CertifiedKey<KeyPair>) -> PathBuf {
    let path = dir.path().join(name);
    std::fs::write(&path, made.cert.pem()).unwrap();
    path
}

#[test]
fn a_database_is_believed_by_its_certificate_alone() {
    let Ok(base) = std::env::var("HUITONG_TEST_PG") else {
        println!("skipped: HUITONG_TEST_PG names no PostgreSQL");
        return;
    };
    let (user, host) = base.split_once('@').unwrap();
    let dir = tempfile::tempdir().unwrap();
    let made = || generate_simple_self_signed(vec![String::from("127.0.0.1")]).unwrap();
    let (own, other) = (made(), made());
    let door = sealed(host, &own);
    let open = |at: &str, asked: &str| Db::open(&format!("{user}@{at}/postgres?{asked}"), &[MIGRATION]);
    let name = format!("sealed_{}", std::process::id());
    let admin = postgres::Client::connect(&format!("{base}/postgres"), postgres::NoTls);
    let mut admin = admin.unwrap();
    admin.batch_execute(&format!("CREATE DATABASE {name}")).unwrap();
    let believed = authority(&dir, "own.pem", &own).display().to_string();
    let url = format!("{user}@{door}/{name}?sslmode=verify-full&sslrootcert={believed}");
    let db = Db::open(&url, &[MIGRATION]).unwrap();
    assert_eq!(db.read(&Ctx::system(), |tx| tx.number("SELECT COUNT(*) FROM jobs", args![])).unwrap(), 0);
    drop(db);
    let strange = authority(&dir, "other.pem", &other).display().to_string();
    for (at, asked, why) in [
        (door.to_string(), format!("sslmode=require&sslrootcert={strange}"), "certificate"),
        (door.to_string(), String::from("sslmode=require"), "sslrootcert"),
        (host.to_owned(), String::from("connections=0"), "connections"),
        (host.to_owned(), format!("sslmode=require&sslrootcert={believed}"), "TLS"),
        (door.to_string(), format!("sslmode=require&sslrootcert={believed}.no"), "certificate authority"),
    ] {
        let error = open(&at, &asked).err().unwrap();
        assert!(error.detail().unwrap().contains(why), "{asked}: {}", error.log_line());
    }
    admin.batch_execute(&format!("DROP DATABASE {name} WITH (FORCE)")).unwrap();
}
