// The administrator: accounts and posts with dates, the permission matrix, who can see a record, the journal, the pack.
import assert from "node:assert/strict";
import { test } from "node:test";
import { look } from "../lib/looks.mjs";
import { signIn } from "../lib/sign-in.mjs";
import { setStage } from "../lib/stage.mjs";
import { says } from "./parts.mjs";

const stage = setStage();

test("accounts, units and permissions", async () => {
  const page = await stage.enter("system_admin");
  await page.goto(`${stage.demo.url}/admin/users`);
  await look(page, "admin-users");
  await page.locator("table a").first().click();
  await look(page, "admin-user");
  await page.goto(`${stage.demo.url}/admin/units`);
  await look(page, "admin-units");
  await page.goto(`${stage.demo.url}/admin/permissions`);
  await says(page, "经办人", "签收");
  assert.ok(!(await page.locator("main").innerText()).includes("appeal.sign"), "keys stand behind a switch");
  await look(page, "admin-permissions");
  // The page scrolls, and the roles stay in view.
  await page.mouse.wheel(0, 900);
  const head = await page.locator(".matrix thead th").first().elementHandle();
  await page.waitForFunction((cell) => scrollY > 500 && cell.getBoundingClientRect().top >= 0, head);
  await page.getByRole("link", { name: "显示代码" }).click();
  await says(page, "appeal.sign");
});

for (const script of [true, false]) {
  test(`an account is opened, and a post with dates is given, ${script ? "with" : "without"} script`, async () => {
    const { url } = stage.demo;
    const [login, name, password] = [`newcomer-${script ? 1 : 2}`, "叶听澜", "Qw7#lantern-hill"];
    const page = await stage.enter("system_admin", { script });
    await page.goto(`${url}/admin/users/new`);
    const { unit } = stage.demo.account("handler");
    const submit = () => page.locator("main form .form-end button.primary").click();
    await page.locator('input[name="login"]').fill(login);
    await page.locator('input[name="name"]').fill(name);
    await submit();
    // What is missing is said at its field, and what was typed stays.
    await page.getByRole("alert").first().waitFor();
    assert.equal(await page.locator('input[name="login"]').inputValue(), login);
    if (script) await look(page, "admin-user-new-refused");
    await page.locator('input[name="password"]').fill(password);
    await page.locator('select[name="role"]').selectOption("handler");
    await page.locator('select[name="unit"]').selectOption({ label: unit });
    await page.locator('input[name="from"]').fill("2025-03-01");
    await submit();
    await page.waitForURL(/\/admin\/users\/usr_[0-9a-z]+/);
    await says(page, name, "经办人", unit);

    await page.locator('a[href$="/posts/new"]').first().click();
    await page.locator('select[name="role"]').selectOption("supervisor");
    await page.locator('select[name="unit"]').selectOption({ label: unit });
    await page.locator('input[name="from"]').fill("2025-04-01");
    await page.locator('input[name="until"]').fill("2025-03-31");
    await submit();
    await page.getByRole("alert").first().waitFor();
    await page.locator('input[name="until"]').fill("2025-09-30");
    await page.locator('input[name="paper"]').fill("锦社工任〔2025〕7 号");
    if (script) await look(page, "admin-post-new");
    await submit();
    await page.waitForURL(/\/admin\/users\/usr_[0-9a-z]+/);
    const row = page.locator("tr", { hasText: "督办员" });
    const words = await row.innerText();
    for (const word of ["2025-04-01", "2025-09-30", "锦社工任〔2025〕7 号"]) assert.ok(words.includes(word), words);
    if (script) await look(page, "admin-user-posts");

    const newcomer = await stage.visit("/login", { script });
    await signIn(newcomer, url, { login, password, name });
    // A password that another person set opens nothing but its own change.
    const shut = await newcomer.request.get(`${url}/appeals`);
    assert.equal(shut.status(), 403);
    assert.equal(new URL(newcomer.url()).pathname, "/me/password");
    await newcomer.locator('input[name="old_password"]').fill(password);
    for (const field of ["new_password", "new_password_again"]) await newcomer.locator(`input[name="${field}"]`).fill("Zx4#quiet-harbour");
    await newcomer.locator('form[action="/me/password"] button').last().click();
    await newcomer.waitForURL((address) => address.pathname !== "/me/password");
    await newcomer.goto(`${url}/desk`);
    const queues = await newcomer.locator('a[href*="queue="]').evaluateAll((links) => links.map((link) => link.getAttribute("href")).join(" "));
    assert.ok(/queue=(to_sign|mine|handling)/.test(queues), `the post of today gives its queues: ${queues}`);
    assert.ok(!queues.includes("queue=city_"), `a post that has not begun gives nothing: ${queues}`);
  });
}

for (const script of [true, false]) {
  test(`the journal is filtered by its form, ${script ? "with" : "without"} script`, async () => {
    const { url } = stage.demo;
    const page = await stage.enter("auditor", { script });
    await page.goto(`${url}/admin/journal`);
    const filter = page.locator('form[action="/admin/journal"]');
    const { login } = stage.demo.account("handler");
    await filter.locator('select[name="act"]').selectOption("appeal.sign");
    await filter.locator('input[name="actor"]').fill(login);
    await filter.locator('input[name="until"]').fill("2025-03-14");
    await filter.locator("button.primary").click();
    await page.waitForURL(/act=appeal\.sign/);
    assert.equal(new URL(page.url()).searchParams.get("actor"), login);
    assert.equal(await page.locator('select[name="act"]').inputValue(), "appeal.sign", "the form says what was asked for");
    assert.equal(await page.locator('input[name="actor"]').inputValue(), login);
    const acts = await page.locator('main td a[title^="appeal."]').evaluateAll((links) => links.map((link) => link.title));
    assert.ok(acts.length > 0 && acts.every((act) => act === "appeal.sign"), acts.join());
    if (script) await look(page, "admin-journal-filtered");
    // The number of one case, and a day on which nothing was.
    const number = (await page.locator("main").innerText()).match(/SQ\d{8}[0-9A-Z]{7}/)[0];
    await page.goto(`${url}/admin/journal`);
    await filter.locator('input[name="subject"]').fill(number);
    await filter.locator("button.primary").click();
    await page.waitForURL(/subject=SQ/);
    const numbers = (await page.locator("main").innerText()).match(/SQ\d{8}[0-9A-Z]{7}/g);
    assert.ok(numbers.length > 2 && numbers.every((one) => one === number), numbers.join());
    await filter.locator('input[name="from"]').fill("2025-03-15");
    await filter.locator("button.primary").click();
    await page.waitForURL(/from=2025-03-15/);
    assert.equal(await page.locator("main td").count(), 0);
    await page.locator('main a[href="/admin/journal"]').first().click();
    assert.ok((await page.locator("main td").count()) > 0);
  });
}

test("the journal with before and after, and who can see a record by which rule", async () => {
  const page = await stage.enter("auditor");
  await page.goto(`${stage.demo.url}/admin/journal?act=appeal.accept`);
  await look(page, "admin-journal");
  await page.locator("main table a").first().click();
  await says(page, "原值", "新值");
  await look(page, "admin-entry");
  const number = (await page.locator("body").innerText()).match(/SQ\d{8}[0-9A-Z]{7}/)[0];
  await page.goto(`${stage.demo.url}/admin/access?subject=${number}`);
  await says(page, "受理员");
  await look(page, "admin-access");
});

test("each item of the pack with basis and standing, and one is confirmed by its paper", async () => {
  const page = await stage.enter("policy_admin");
  await page.goto(`${stage.demo.url}/admin/pack`);
  await says(page, "确认进度", "政策内容", "系统设置");
  await look(page, "admin-pack");
  await page.getByRole("link", { name: /待主管部门确认/ }).click();
  await says(page, "系统默认", "待确认");
  assert.equal(await page.getByRole("heading", { name: "系统设置" }).count(), 0, "nobody is asked about a setting");
  await page.goto(`${stage.demo.url}/admin/pack?kind=${encodeURIComponent("责任事项")}&state=pending`);
  await page.locator("article").first().locator('input[name="paper"]').fill("锦社发〔2025〕9 号");
  await page.locator("article").first().getByRole("button", { name: "确认" }).click();
  await says(page, "已确认", "确认所依据的文件：锦社发〔2025〕9 号");
});

test("what proposes units, what it learned from, and a learning asked for", async () => {
  const page = await stage.enter("policy_admin");
  await page.goto(`${stage.demo.url}/admin/dispatch-models`);
  await says(page, "在用第 1 版", "每天凌晨 2 点");
  await look(page, "administrator-models");
  await page.getByRole("button", { name: "立即更新模型" }).click();
  await says(page, "已开始学习");
});
