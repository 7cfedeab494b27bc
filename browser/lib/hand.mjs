// A hand that counts: the goals of the journeys are numbers of clicks after signing in, typing apart.

/** Wraps a page; click through it what is to be counted. It counts without script, too. */
export function hand(page) {
  const self = {
    clicks: 0,
    /** Clicks or taps what the locator names. */
    async click(locator) {
      self.clicks += 1;
      await locator.click();
    },
    /** Picks an entry of a list; one click, as with a native list on a phone. */
    async choose(locator, option) {
      self.clicks += 1;
      await locator.selectOption(option);
    },
    /** Ticks a box or a choice. */
    async tick(locator) {
      self.clicks += 1;
      await locator.check();
    },
    /** Fails where more clicks were needed than the goal allows. */
    within(goal) {
      if (self.clicks > goal) throw new Error(`${self.clicks} clicks on ${page.url()}, the goal is ${goal}`);
    },
  };
  return self;
}
