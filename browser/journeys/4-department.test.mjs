// The department: signs, contacts, notes, replies from a template; the leader returns, approves and sends. With and without script.
import assert from "node:assert/strict";
import { test } from "node:test";
import { look } from "../lib/looks.mjs";
import { setStage } from "../lib/stage.mjs";
import { act, dispatched, openById, openCase, pick, press, says } from "./parts.mjs";

const stage = setStage();
const reply = "您好。您反映的情况收悉。经核实，抽检封样环节存在不规范，我们已要求整改并重新培训抽样人员，后续抽检将当场封样、当面签字。感谢监督。";

/** The first case that waits to be signed: its title. */
async function firstToSign(page) {
  await page.goto(`${stage.demo.url}/appeals?queue=to_sign`);
  return (await page.locator("td.c-title a").first().innerText()).trim();
}

test("from the queue to the sent reply", async () => {
  const page = await stage.enter("handler");
  await page.goto(`${stage.demo.url}/desk`);
  await look(page, "handler-desk");
  const title = await firstToSign(page);
  await look(page, "handler-queue");
  await press(page, page.getByRole("button", { name: /^签收/ }).first());
  await openCase(page, stage.demo.url, title);
  await says(page, "已签收");
  await look(page, "handler-case");
  await page.locator('select[name="reason"]').selectOption("understand");
  await page.getByRole("button", { name: "显示号码，记入日志" }).click();
  await says(page, "本次查看已记入日志");
  await openCase(page, stage.demo.url, title);
  await act(page, "contact", async (p) => {
    await pick(p, "reason", "understand");
    await pick(p, "result", "reached");
  });
  await act(page, "note", async (p) => p.locator('textarea[name="text"]').fill("已与抽检机构核对封样照片。"));
  await says(page, "仅内部可见");
  await act(page, "reply", async (p) => {
    await p.locator('select[name="template"]').selectOption("solved");
    assert.match(await p.locator('textarea[name="text"]').inputValue(), /收悉/);
    await look(p, "handler-reply");
    await pick(p, "outcome", "solved");
    await p.locator('textarea[name="text"]').fill(reply);
    await p.locator('input[type="file"]').setInputFiles({ name: "整改说明.txt", mimeType: "text/plain", buffer: Buffer.from("整改说明：已完成。") });
  });
  await says(page, "待审核", "整改说明.txt");

  const leader = await stage.enter("unit_leader");
  await openCase(leader, stage.demo.url, title);
  await look(leader, "leader-case");
  await says(leader, "先审核同意，再发出答复");
  await act(leader, "review", async (p) => {
    await pick(p, "outcome", "return");
    await p.locator('textarea[name="opinion"]').fill("请补充整改完成的时间。");
  });
  await says(leader, "退回修改");
  await openCase(page, stage.demo.url, title);
  await act(page, "reply", async (p) => {
    await says(p, "负责人退回修改", "整改说明.txt");
    assert.equal(await p.locator('textarea[name="text"]').inputValue(), reply);
    assert.ok(await p.locator('input[name="outcome"][value="solved"]').isChecked(), "the draft is filled in again");
    await p.locator('textarea[name="text"]').fill(`${reply}整改已于3月13日完成。`);
  });
  await openCase(leader, stage.demo.url, title);
  await act(leader, "review", async (p) => pick(p, "outcome", "approve"));
  await act(leader, "send");
  await says(leader, "已答复");
});

test("the same acts without script, from the queue to the sent reply", async () => {
  const { id } = await dispatched(stage, "请求协调仓库门口夜间照明");
  const page = await stage.enter("handler", { script: false });
  await page.goto(`${stage.demo.url}/appeals?queue=to_sign`);
  await press(page, page.locator(`form[action="/appeals/${id}/sign"] button`));
  await openById(page, stage.demo.url, id);
  assert.equal(await page.locator(`a[href^="tel:"]`).count(), 0, "no number before it is asked for");
  await page.locator('select[name="reason"]').selectOption("understand");
  await press(page, page.locator(`form[action^="/appeals/${id}/identity"] button`));
  assert.equal(await page.locator('a[href="tel:19900001234"]').count(), 1, "the number, to dial from the page");
  await openById(page, stage.demo.url, id);
  await act(page, "contact", async (p) => {
    await pick(p, "reason", "understand");
    await pick(p, "result", "reached");
  });
  await act(page, "assign", async (p) => p.locator('select[name="handler"]').selectOption({ label: stage.demo.account("handler").name }));
  await act(page, "note", async (p) => p.locator('textarea[name="text"]').fill("不用脚本也能记录。"));
  await page.goto(`${stage.demo.url}/appeals/${id}/reply`);
  // An empty reply is refused with words, and what was chosen stays.
  await pick(page, "outcome", "partly");
  await page.locator(`form[action="/appeals/${id}/reply"] .form-end button.primary`).click();
  await page.getByRole("alert").first().waitFor();
  assert.ok(await page.locator('input[name="outcome"][value="partly"]').isChecked());
  await act(page, "reply", async (p) => {
    await pick(p, "outcome", "partly");
    await p.locator('select[name="template"]').selectOption("solved");
    await p.getByRole("button", { name: "带出模板文字" }).click();
    assert.match(await p.locator('textarea[name="text"]').inputValue(), /收悉/);
    assert.ok(await p.locator('input[name="outcome"][value="partly"]').isChecked(), "what was chosen stays chosen");
    await p.locator('textarea[name="text"]').fill(reply);
    await p.locator('input[type="file"]').setInputFiles({ name: "现场照片说明.txt", mimeType: "text/plain", buffer: Buffer.from("照片说明：已安装。") });
  });
  await says(page, "待审核", "等待负责人审核", "现场照片说明.txt", "不用脚本也能记录。");

  const leader = await stage.enter("unit_leader", { script: false });
  await openById(leader, stage.demo.url, id);
  await act(leader, "review", async (p) => {
    await pick(p, "outcome", "return");
    await p.locator('textarea[name="opinion"]').fill("请写明安装的时间。");
  });
  await openById(page, stage.demo.url, id);
  await act(page, "reply", async (p) => {
    await says(p, "请写明安装的时间。");
    await pick(p, "outcome", "solved");
    await p.locator('textarea[name="text"]').fill(`${reply}路灯已于3月13日安装。`);
  });
  await openById(leader, stage.demo.url, id);
  await act(leader, "review", async (p) => pick(p, "outcome", "approve"));
  await act(leader, "send");
  await says(leader, "已答复");
});
