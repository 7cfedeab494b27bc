//! One ordered list of migrations for both engines; each table says whether its changes are recorded.

use crate::args;
use crate::clock;
use crate::ctx::Ctx;
use crate::db::{Db, Keeping, Tables};
use crate::error::{Error, Result};

/// A named migration; frozen once it has run anywhere.
#[derive(Debug, Clone, Copy)]
pub struct Migration {
    /// File name without its ending; the order is that of the list.
    pub name: &'static str,
    /// The statements, each ended by `;` at the end of a line.
    pub sql: &'static str,
}

/// The table that says which migrations have run.
const LEDGER_TABLE: &str = "schema_migrations";

const LEDGER: &str = "CREATE TABLE IF NOT EXISTS schema_migrations (name TEXT PRIMARY KEY, digest TEXT NOT NULL, ran_at BIGINT NOT NULL)";

/// Reads from the migrations which table is `-- recorded` and which is `-- plain`; a table that does not say is refused.
/// A table that says `kept by its key` too is kept in the order of its primary key on the embedded engine. A line
/// `-- standing: units, users` names recorded tables that hardly change.
pub fn tables(migrations: &[Migration]) -> Result<Tables> {
    let mut tables = Tables::from([("schema_migrations".to_owned(), Keeping::Plain)]);
    for migration in migrations {
        for statement in statements(migration.sql) {
            if let Some((old, new)) = renamed_table(&statement) {
                let keeping = tables.remove(old).unwrap_or(Keeping::Recorded);
                tables.insert(new.to_owned(), keeping);
            }
            if let Some(gone) = dropped_table(&statement) {
                tables.remove(gone);
            }
            let Some(name) = created_table(&statement) else { continue };
            let keeping = if statement.contains("-- recorded") {
                Keeping::Recorded
            } else if statement.contains("-- plain") {
                Keeping::Plain
            } else {
                return Err(Error::internal(format!(
                    "{}: table {name} says neither `-- recorded` nor `-- plain`",
                    migration.name
                )));
            };
            tables.insert(name, keeping);
        }
        let standing = migration.sql.lines().filter_map(|line| line.strip_prefix("-- standing: "));
        for name in standing.flat_map(|names| names.split(", ")) {
            match tables.get_mut(name) {
                Some(keeping @ Keeping::Recorded) => *keeping = Keeping::Standing,
                _ => {
                    let says = format!("{}: {name} is no recorded table that could stand", migration.name);
                    return Err(Error::internal(says));
                }
            }
        }
    }
    Ok(tables)
}

/// What has not run yet; a database in which more ran than the list knows is that of a newer program.
pub(crate) fn pending(db: &Db, migrations: &[Migration]) -> Result<Vec<&'static str>> {
    let mut ran: Vec<String> = Vec::new();
    if db.has_table(LEDGER_TABLE)? {
        ran = db.read(&Ctx::system(), |tx| {
            let rows = tx.query("SELECT name FROM schema_migrations ORDER BY name", args![])?;
            rows.iter().map(|row| row.get("name")).collect()
        })?;
    }
    let is_unknown = |name: &&String| !migrations.iter().any(|known| known.name == **name);
    let newer: Vec<&str> = ran.iter().filter(is_unknown).map(String::as_str).collect();
    if !newer.is_empty() {
        let last = migrations.last().map_or("", |known| known.name);
        let newer = newer.join("、");
        return Err(Error::unmet(format!(
            "数据已经由更新的版本升级过（{newer}），这个版本只到 {last}，不能打开；请换用更新的版本"
        )));
    }
    let names = migrations.iter().map(|known| known.name);
    Ok(names.filter(|name| !ran.iter().any(|ran| ran == name)).collect())
}

/// Runs what has not run yet; refuses a list in which a migration that ran was changed.
pub(crate) fn run(db: &Db, migrations: &[Migration]) -> Result<()> {
    pending(db, migrations)?;
    let ctx = Ctx::system();
    db.batch(&dialect(db, LEDGER))?;
    for migration in migrations {
        let digest = crate::digest::sm3_hex(migration.sql.as_bytes());
        let known = db.read(&ctx, |tx| {
            tx.one("SELECT digest FROM schema_migrations WHERE name = $1", args![migration.name])
        })?;
        match known {
            Some(row) if row.get::<String>("digest")? == digest => continue,
            Some(_) => {
                return Err(Error::internal(format!(
                    "migration {} was changed after it ran",
                    migration.name
                )));
            }
            None => {}
        }
        let mut script = String::from(if db.is_embedded() { "BEGIN IMMEDIATE;\n" } else { "BEGIN;\n" });
        for statement in statements(migration.sql) {
            script.push_str(&dialect(db, &statement));
            script.push_str(";\n");
        }
        let (name, at) = (migration.name, clock::machine_now());
        script.push_str(&format!(
            "INSERT INTO schema_migrations VALUES ('{name}', '{digest}', {at});\nCOMMIT;"
        ));
        if let Err(error) = db.batch(&script) {
            let _ = db.batch("ROLLBACK");
            return Err(error);
        }
    }
    Ok(())
}

/// Splits at a `;` that ends a line, so that a text may hold one.
fn statements(sql: &str) -> Vec<String> {
    let mut found = Vec::new();
    let mut current = String::new();
    for line in sql.lines() {
        match line.trim_end().strip_suffix(';') {
            Some(last) => {
                current.push_str(last);
                found.push(std::mem::take(&mut current));
            }
            None => {
                current.push_str(line);
                current.push('\n');
            }
        }
    }
    if !current.trim().is_empty() {
        found.push(current);
    }
    found
}

fn created_table(statement: &str) -> Option<String> {
    let line = statement.lines().find(|l| l.trim_start().starts_with("CREATE TABLE"))?;
    let rest =
        line.trim_start().trim_start_matches("CREATE TABLE").trim_start().trim_start_matches("IF NOT EXISTS");
    Some(rest.trim_start().split(['(', ' ']).next()?.to_owned())
}

/// The table that a statement renames, and its new name.
fn renamed_table(statement: &str) -> Option<(&str, &str)> {
    let line = statement.lines().map(str::trim).find(|line| line.starts_with("ALTER TABLE"))?;
    line.strip_prefix("ALTER TABLE ")?.split_once(" RENAME TO ")
}

/// The table that a statement drops.
fn dropped_table(statement: &str) -> Option<&str> {
    statement.lines().map(str::trim).find_map(|line| line.strip_prefix("DROP TABLE "))
}

/// The embedded engine knows four of the portable types by other names and is told to be strict about them.
fn dialect(db: &Db, statement: &str) -> String {
    if !db.is_embedded() {
        return statement.to_owned();
    }
    let mut text = statement.to_owned();
    for (portable, embedded) in
        [("BIGINT", "INTEGER"), ("BOOLEAN", "INTEGER"), ("DOUBLE PRECISION", "REAL"), ("BYTEA", "BLOB")]
    {
        text = text.replace(portable, embedded);
    }
    if created_table(statement).is_some() {
        // Otherwise the embedded engine keeps the rows in the order of their making, and the key only points to them.
        let kept = if statement.contains("kept by its key") { "STRICT, WITHOUT ROWID" } else { "STRICT" };
        text = format!("{} {kept}", text.trim_end());
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_table_must_say_how_it_is_kept() {
        let told = Migration { name: "a", sql: "-- plain\nCREATE TABLE t (id TEXT);\n" };
        assert_eq!(tables(&[told]).unwrap().get("t"), Some(&Keeping::Plain));
        let silent = Migration { name: "b", sql: "CREATE TABLE u (id TEXT);\n" };
        assert!(tables(&[silent]).unwrap_err().log_line().contains("neither"));
        let later =
            Migration { name: "c", sql: "ALTER TABLE t RENAME COLUMN id TO key;\n-- gone\nDROP TABLE t;\n" };
        let both = tables(&[told, later]).unwrap();
        assert!(
            !both.contains_key("t") && both.contains_key("schema_migrations"),
            "what was dropped is no table any more"
        );
    }
}
