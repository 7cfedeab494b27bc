// A demo city of its own for each test file: the real binary, a free port, a folder that is removed afterwards.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { createInterface } from "node:readline";

const READY_WITHIN = 60_000;

/** The binary under test: HUITONG_BIN, else what cargo built. */
export function binary() {
  const built = resolve(import.meta.dirname, "../..", process.env.CARGO_TARGET_DIR ?? "target", "debug/huitong");
  const path = process.env.HUITONG_BIN ?? built;
  if (!existsSync(path)) throw new Error(`there is no ${path}: build it first (cargo build -p huitong)`);
  return path;
}

async function freePort() {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address();
  server.close();
  await once(server, "close");
  return port;
}

/**
 * Starts the demo city and waits until it is ready.
 * Gives `{ url, accounts, account(role), stop() }`; an account is `{ role, login, password, name, unit }`.
 */
export async function startDemo({ command = binary(), args = [], endsWithin = 15_000 } = {}) {
  const data = mkdtempSync(join(tmpdir(), "huitong-demo-"));
  const { HUITONG_DATA, HUITONG_DATABASE, ...env } = process.env;
  const listen = `127.0.0.1:${await freePort()}`;
  const server = spawn(command, ["demo", "--listen", listen, "--data", data, "--json", ...args], {
    env,
    stdio: ["ignore", "pipe", "pipe"],
  });
  let said = "";
  server.stderr.on("data", (text) => {
    said = (said + text).slice(-8_000);
  });
  const ended = once(server, "exit");

  async function stop() {
    if (server.exitCode === null && server.signalCode === null) {
      server.kill("SIGTERM");
      const patience = setTimeout(() => server.kill("SIGKILL"), endsWithin);
      await ended;
      clearTimeout(patience);
    }
    rmSync(data, { recursive: true, force: true });
    if (server.signalCode === "SIGKILL") throw new Error(`the demo did not end on SIGTERM\n${said}`);
  }

  try {
    const { url, accounts } = await ready(server, ended, () => said);
    const account = (role) => {
      const found = accounts.find((one) => one.role === role);
      if (!found) throw new Error(`the demo has no account of the role ${role}`);
      return found;
    };
    return { url: url.replace(/\/$/, ""), accounts, account, stop };
  } catch (error) {
    await stop().catch(() => {});
    throw error;
  }
}

/** The first line of standard output that is a JSON object with a url. */
async function ready(server, ended, said) {
  const lines = createInterface({ input: server.stdout });
  const patience = AbortSignal.timeout(READY_WITHIN);
  return Promise.race([
    new Promise((found, failed) => {
      lines.on("line", (line) => {
        try {
          const answer = JSON.parse(line);
          if (answer.url) found(answer);
        } catch {
          failed(new Error(`with --json, standard output holds JSON only, not: ${line.slice(0, 200)}`));
        }
      });
      patience.addEventListener("abort", () => failed(new Error(`not ready within ${READY_WITHIN} ms\n${said()}`)));
    }),
    ended.then(([code]) => {
      throw new Error(`the demo ended with ${code} before it was ready\n${said()}`);
    }),
  ]);
}
