// What every journey stands on: one city and one browser for a file, gone when its tests are over.
import { after, before } from "node:test";
import { openBrowser, openPage } from "./browser.mjs";
import { startDemo } from "./demo.mjs";
import { signIn } from "./sign-in.mjs";

/**
 * Call it once at the top of a journey file; use what it gives inside the tests.
 *   const stage = setStage();
 *   test("…", async () => { const page = await stage.enter("handler"); … });
 */
export function setStage() {
  const stage = {
    demo: undefined,
    browser: undefined,
    /** A window at the front page, nobody signed in. */
    async visit(path = "/", options = {}) {
      const page = await openPage(stage.browser, options);
      await page.goto(stage.demo.url + path);
      return page;
    },
    /** A window in which the demo's account of a role has signed in. */
    async enter(role, options = {}) {
      const page = await openPage(stage.browser, options);
      await signIn(page, stage.demo.url, stage.demo.account(role));
      return page;
    },
  };
  before(async () => {
    stage.demo = await startDemo();
    stage.browser = await openBrowser();
  });
  after(async () => {
    await stage.browser?.close();
    await stage.demo?.stop();
  });
  return stage;
}
