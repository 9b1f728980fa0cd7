/** Every control has a page in `docs/controls`, and every page says what its control really does. */
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { findingsOf } from '../testing/expectFindings';
import { CONTROLS } from '.';

const FOLDER = join(__dirname, '../../../../docs/controls');

const SECTIONS = [
  'What it decides',
  'Why it matters',
  'How it is judged',
  'Right',
  'Wrong',
  'How to repair it',
  'When it is unknown or does not apply',
];

interface Page {
  title: string;
  /** In the order of the page. */
  sections: Map<string, string>;
}

function read(file: string): Page {
  const text = readFileSync(join(FOLDER, file), 'utf8');
  const [head, ...parts] = text.split(/^## /m);
  return {
    title: head.trim(),
    sections: new Map(
      parts.map(part => {
        const end = part.indexOf('\n');
        return [part.slice(0, end), part.slice(end).trim()];
      }),
    ),
  };
}

/** The one example of a section, which must be all that the section holds. */
function exampleIn(page: Page, section: string): string {
  const text = page.sections.get(section) ?? '';
  const example = /^```yaml\n([^]*?)\n```$/.exec(text)?.[1];
  if (example === undefined || example.includes('```')) {
    throw new Error(`"${section}" must be one yaml example`);
  }
  return example;
}

const files = readdirSync(FOLDER).filter(file => file !== 'README.md');

describe('the pages of the controls', () => {
  it('are one for each control, and none besides', () => {
    expect(files.sort()).toEqual(CONTROLS.map(({ id }) => `${id}.md`).sort());
  });

  it('are all in the list of the README, with the severity of the control', () => {
    const readme = readFileSync(join(FOLDER, 'README.md'), 'utf8');
    const rows = [
      ...readme.matchAll(/^\| \[([A-Z]+-\d+)\]\((.+?)\) +\|.*\| (\w+) +\|$/gm),
    ].map(([, id, link, severity]) => `${id} ${link} ${severity}`);
    expect(rows).toEqual(
      CONTROLS.map(({ id, severity }) => `${id} ${id}.md ${severity}`),
    );
  });

  describe.each(CONTROLS.map(control => [control.id, control] as const))(
    '%s',
    (id, control) => {
      const page = () => read(`${id}.md`);
      const verdictsOf = (section: string) =>
        findingsOf({ control, manifests: exampleIn(page(), section) }).map(
          ({ verdict }) => verdict,
        );

      it('has the title of its control, and says what every page says', () => {
        expect(page().title).toBe(`# ${id} ${control.title}`);
        expect([...page().sections.keys()]).toEqual(SECTIONS);
        for (const text of page().sections.values()) {
          expect(text).not.toBe('');
        }
      });

      it('shows as right what the control passes', () => {
        const verdicts = verdictsOf('Right');
        expect(verdicts).toContain('pass');
        for (const verdict of verdicts) {
          expect(['pass', 'not-applicable']).toContain(verdict);
        }
      });

      it('shows as wrong what the control fails', () => {
        expect(verdictsOf('Wrong')).toContain('fail');
      });
    },
  );
});
