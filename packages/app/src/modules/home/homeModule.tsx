/** The start page of the example app: where to look first. */
import { MarkdownContent } from '@backstage/core-components';
import { createFrontendModule } from '@backstage/frontend-plugin-api';
import { HomePageWidgetBlueprint } from '@backstage/plugin-home-react/alpha';

const content = `
## Is it really zero trust?

This is Backstage with the zero-trust plugins, over the clusters of an invented
company.

- **[The fleet](/zero-trust)**: every service, the worst first, and how well each
  cluster can be seen.
- **[The catalog](/catalog?filters%5Bkind%5D=component)**: open a service; its page
  has a card and a tab "Zero trust".
- **[A new service](/create)**: made from a template, checked before it is published.

Run \`bin/demo\` in a second terminal to break something while you watch a page.
`;

const firstStepsWidget = HomePageWidgetBlueprint.make({
  name: 'first-steps',
  params: {
    name: 'FirstSteps',
    title: 'First steps',
    description: 'Where to look first',
    components: async () => ({
      Content: () => <MarkdownContent content={content} />,
    }),
  },
});

export const homeModule = createFrontendModule({
  pluginId: 'home',
  extensions: [firstStepsWidget],
});
