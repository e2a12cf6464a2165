// Who decides on the consent page of the demo.
import { launchChromium } from '../test/helpers/chromium.ts';
import { decideAt } from '../test/helpers/user-agent.ts';

export interface Decider {
  readonly says: string;
  /** Decides on the consent page; absent where a person does, in the browser that login opens. */
  readonly decide?: (consentUrl: string) => Promise<unknown>;
}

export const deciders: Readonly<Record<string, Decider>> = {
  desktop: { says: 'Your browser shows a page: press "Grant access" on it.' },
  chromium: {
    says: 'There is no desktop, so a headless Chromium opens the page and presses "Grant access".',
    decide: async (consentUrl) => {
      await using chromium = await launchChromium();
      const page = await chromium.context.newPage();
      await page.goto(consentUrl);
      await page.getByRole('button', { name: 'Grant access' }).click();
      await page.getByRole('heading', { name: /signed in/i }).waitFor();
    },
  },
  script: {
    says: 'No browser: a script loads the page and submits its form, as "Grant access" would.',
    decide: (consentUrl) => decideAt(consentUrl, 'grant'),
  },
};
