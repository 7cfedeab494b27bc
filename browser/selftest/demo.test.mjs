// The harness starts a city, signs in, and tells plainly when either fails.
import assert from "node:assert/strict";
import { existsSync, readdirSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, test } from "node:test";
import { openBrowser, openPage } from "../lib/browser.mjs";
import { startDemo } from "../lib/demo.mjs";
import { signIn } from "../lib/sign-in.mjs";

const command = join(import.meta.dirname, "fake-demo.mjs");
const folders = () => readdirSync(tmpdir()).filter((name) => name.startsWith("huitong-demo-"));

afterEach(() => {
  delete process.env.FAKE_DEMO;
});

test("a city starts, lets its accounts in and leaves nothing behind", async () => {
  const before = folders();
  const demo = await startDemo({ command });
  const made = folders().filter((name) => !before.includes(name));
  assert.equal(made.length, 1);
  const browser = await openBrowser();
  try {
    const page = await openPage(browser);
    await signIn(page, demo.url, demo.account("handler"));
    assert.equal(new URL(page.url()).pathname, "/desk");
    await assert.rejects(signIn(page, demo.url, { login: "li.wei", password: "wrong", name: "李伟" }), /could not sign in: 登录/);
  } finally {
    await browser.close();
    await demo.stop();
  }
  assert.throws(() => demo.account("mayor"), /no account of the role mayor/);
  assert.equal(existsSync(join(tmpdir(), made[0])), false);
});

test("a city that dies says its last words", async () => {
  process.env.FAKE_DEMO = "dies";
  await assert.rejects(startDemo({ command }), /ended with 3 before it was ready\s+the city burnt down/);
});

test("a city that chats on standard output breaks the contract", async () => {
  process.env.FAKE_DEMO = "chats";
  await assert.rejects(startDemo({ command }), /holds JSON only, not: Welcome!/);
});

test("a city that does not end is ended, and that is a failure", async () => {
  process.env.FAKE_DEMO = "stays";
  const demo = await startDemo({ command, endsWithin: 300 });
  await assert.rejects(demo.stop(), /did not end on SIGTERM/);
});

test("a binary that is not there is named", async () => {
  process.env.HUITONG_BIN = "/nowhere/huitong";
  try {
    await assert.rejects(async () => startDemo(), /there is no \/nowhere\/huitong: build it first/);
  } finally {
    delete process.env.HUITONG_BIN;
  }
});
