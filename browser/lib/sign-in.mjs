// Signing in as a person does: by the visible labels.

/** Signs in with a demo account and waits until the desk stands. */
export async function signIn(page, url, { login, password, name }) {
  await page.goto(`${url}/login`);
  await page.getByLabel("用户名", { exact: true }).fill(login);
  await page.getByLabel("密码", { exact: true }).fill(password);
  await page.getByRole("button", { name: "登录", exact: true }).click();
  await page.waitForLoadState();
  if (new URL(page.url()).pathname === "/login") {
    const words = (await page.locator("main, body").first().innerText()).slice(0, 300);
    throw new Error(`${login} (${name}) could not sign in: ${words}`);
  }
}
