// An interview by its people: proposed, returned once, approved, served, postponed once; another one from demand to close, with
// a second round of rectification. The association sees what it was served and nothing else.
import assert from "node:assert/strict";
import { test } from "node:test";
import { look } from "../lib/looks.mjs";
import { signIn } from "../lib/sign-in.mjs";
import { openPage } from "../lib/browser.mjs";
import { setStage } from "../lib/stage.mjs";
import { pick, says } from "./parts.mjs";

const stage = setStage();
const facts = "协会自 2024 年 6 月起没有召开理事会，会员来电询问无人接听，两次上门办公场所无人。";

/** The leader of the registration authority: a second account of that role. */
async function authority() {
  const page = await openPage(stage.browser);
  const account = stage.demo.accounts.find((known) => known.login === "civil_affairs_leader");
  await signIn(page, stage.demo.url, account);
  return page;
}

/** Opens an interview by the words of its name, from the list. */
async function open(page, name) {
  await page.goto(`${stage.demo.url}/interviews?queue=all&q=${encodeURIComponent(name)}`);
  await page.locator("td.c-title a").first().click();
  await page.getByRole("heading", { level: 1, name: new RegExp(name) }).waitFor();
}

/** Does an act from the page of the matter: its button, its form, its send. */
async function act(page, label, fill) {
  await page.locator(".actionbar").getByRole("link", { name: label, exact: true }).click();
  if (fill) await fill(page);
  await page.locator("main form .form-end button").first().click();
  await page.waitForLoadState();
}

/** A day so many days after the demo's today, as a date control takes it. */
const day = (after) => new Date(Date.UTC(2025, 2, 14 + after)).toISOString().slice(0, 10);

test("proposed, returned once, approved, served and postponed once", async () => {
  const officer = await stage.enter("association_officer");
  await look(officer, "interview-officer-desk");
  await officer.goto(`${stage.demo.url}/interviews/new/propose`);
  await officer.getByRole("button", { name: "提出约谈", exact: true }).click();
  await says(officer, "约谈哪家协会");
  await officer.locator('input[name="association"]').fill("锦宁市软件和信息服务业协会");
  await pick(officer, "trigger", "inactive");
  await officer.locator('textarea[name="facts"]').fill(facts);
  await look(officer, "interview-propose");
  await officer.getByRole("button", { name: "提出约谈", exact: true }).click();
  await says(officer, "待批准", "锦宁市软件和信息服务业协会约谈");

  const leader = await authority();
  await leader.goto(`${stage.demo.url}/desk`);
  await look(leader, "interview-leader-desk");
  await open(leader, "软件和信息");
  await act(leader, "审批", (p) => pick(p, "outcome", "revise"));
  await says(leader, "退回修改要写明改什么");
  await leader.locator('textarea[name="opinion"]').fill("请写明两次上门的日期。");
  await leader.locator("main form").getByRole("button", { name: "提交审批意见", exact: true }).click();
  await says(leader, "待修改");

  await open(officer, "软件和信息");
  await says(officer, "请写明两次上门的日期");
  await act(officer, "修改后再提", async (p) => {
    assert.equal(await p.locator('textarea[name="facts"]').inputValue(), facts, "what was written is filled in again");
    await p.locator('textarea[name="facts"]').fill(`${facts}上门日期为 2 月 18 日、3 月 4 日。`);
  });
  await says(officer, "待批准");
  await open(leader, "软件和信息");
  await act(leader, "审批", (p) => pick(p, "outcome", "agree"));
  await says(leader, "待通知");

  const registrar = await stage.enter("registrar");
  await open(registrar, "软件和信息");
  await act(registrar, "送达通知书", async (p) => {
    await p.locator('textarea[name="cause"]').fill("了解理事会没有召开、会员无法联系的情况。");
    await p.locator('input[name="interviewee"]').first().check();
    await p.locator('input[name="held_on"]').fill(day(1));
    await p.locator('input[name="hour"]').fill("上午 9:30");
    await p.locator('input[name="contact"]').fill("廖兴舟 0409-5550111");
    await p.locator('input[name="place"]').fill("市民政局 302 会议室");
    for (const box of (await p.locator('input[name="officers"]').all()).slice(0, 2)) await box.check();
    await look(p, "interview-notify");
  });
  await says(registrar, "3 个工作日后");
  assert.match(await registrar.locator('textarea[name="cause"]').inputValue(), /理事会没有召开/);
  await registrar.locator('input[name="held_on"]').fill(day(10));
  await registrar.locator("main form").getByRole("button", { name: "送达通知书", exact: true }).click();
  await says(registrar, "待约谈");
  await act(registrar, "改期", async (p) => {
    await p.locator('input[name="held_on"]').fill(day(12));
    await p.locator('textarea[name="reason"]').fill("对方在外地参加会议。");
  });
  await says(registrar, "2025年3月26日");
  assert.equal(await registrar.locator(".actionbar").getByRole("link", { name: "改期", exact: true }).count(), 0, "once only");
  await look(registrar, "interview-served");
});

test("demanded, reported, sent back for a second round, reported again and closed", async () => {
  const registrar = await stage.enter("registrar");
  await open(registrar, "餐饮商会");
  await look(registrar, "interview-held");
  await act(registrar, "提出整改要求", async (p) => {
    await p.locator('[name="problems.0.what"]').fill("理事会没有按章程召开");
    await p.locator('[name="problems.0.rule"]').fill("章程第二十三条");
    await p.locator('[name="problems.0.how"]').fill("月底前召开理事会");
    await p.locator('input[name="rectify_by"]').fill(day(20));
    await look(p, "interview-demand");
  });
  await says(registrar, "整改中", "理事会没有按章程召开");

  const secretary = await stage.enter("association_secretary");
  await secretary.goto(`${stage.demo.url}/desk`);
  await look(secretary, "interview-association-desk");
  await open(secretary, "餐饮商会");
  await says(secretary, "章程第二十三条");
  const seen = await secretary.locator("main").innerText();
  assert.ok(!seen.includes("会员单位联名反映") && !seen.includes("会长表示接受"), "facts and record are not theirs to read");
  await look(secretary, "interview-association");
  const report = async (text) => {
    await open(secretary, "餐饮商会");
    await act(secretary, "报送整改情况", (p) => p.locator('textarea[name="report"]').fill(text));
    await says(secretary, "待复核");
  };
  await report("理事会定在 3 月 20 日召开，会议通知已经发出，会费预算列入议程。");
  await open(registrar, "餐饮商会");
  await act(registrar, "复核", async (p) => {
    await pick(p, "outcome", "back");
    await p.locator('textarea[name="verdict"]').fill("会议还没有召开，召开后报送纪要。");
    await p.locator('input[name="rectify_by"]').fill(day(25));
  });
  await says(registrar, "整改中", "2025年4月8日");
  await open(secretary, "餐饮商会");
  await says(secretary, "会议还没有召开，召开后报送纪要");
  await report("理事会已于 3 月 20 日召开，应到 21 人、实到 18 人，会费预算表决通过，纪要备查。");
  await open(registrar, "餐饮商会");
  await act(registrar, "复核", (p) => pick(p, "outcome", "pass"));
  await says(registrar, "已结案", "整改到位");
  await look(registrar, "interview-closed");
  await registrar.getByRole("link", { name: "每一步改了什么" }).click();
  await look(registrar, "interview-history");
});

test("a talk of reminder is arranged and recorded, with nothing of an interview about it", async () => {
  const registrar = await stage.enter("registrar");
  await registrar.goto(`${stage.demo.url}/reminder-talks?queue=to_talk`);
  await look(registrar, "talks");
  await registrar.locator("td.c-title a").first().click();
  await act(registrar, "记录谈话", async (p) => {
    await pick(p, "outcome", "came");
    await p.locator('input[name="talked_on"]').fill(day(0));
    await p.locator('input[name="spoken"][value="charter"]').check();
  });
  await says(registrar, "已谈话", "按章程办会");
  const text = await registrar.locator("main").innerText();
  assert.ok(!/整改|违规|约谈/.test(text), "a reminder finds no fault");
});
