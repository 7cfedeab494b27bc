// Runs the self-tests of the harness and the journeys, each file in a process of its own: node browser/run.mjs [FILE…]
import { existsSync, mkdirSync, readdirSync } from "node:fs";
import { join, resolve } from "node:path";
import { spec } from "node:test/reporters";
import { run } from "node:test";

const here = import.meta.dirname;

function testsIn(folder) {
  const path = join(here, folder);
  if (!existsSync(path)) return [];
  return readdirSync(path).filter((name) => name.endsWith(".test.mjs")).sort().map((name) => join(path, name));
}

const asked = process.argv.slice(2).map((name) => resolve(name));
const files = asked.length > 0 ? asked : [...testsIn("selftest"), ...testsIn("journeys")];
const missing = files.filter((file) => !existsSync(file));
if (files.length === 0 || missing.length > 0) {
  console.error(`browser: ${missing.length > 0 ? `no such file: ${missing.join(", ")}` : "there is nothing to run"}`);
  process.exit(2);
}

mkdirSync(join(here, "shots"), { recursive: true });
// Two cores: a browser and a server fill them.
const results = run({ files, concurrency: Number(process.env.BROWSER_JOBS ?? 1), timeout: 450_000 });
results.on("test:fail", () => {
  process.exitCode = 1;
});
results.compose(new spec()).pipe(process.stdout);
