/** Calico's selector expressions for the reference: nothing of the engine's parser is in it. */

type Labels = Readonly<Record<string, string>>;

const QUOTED = `["']([^"']*)["']`;
const list = (text: string) =>
  [...text.matchAll(/["']([^"']*)["']/g)].map(([, value]) => value);

/** How a comparison of a label is written, and when it holds. */
const COMPARISONS: readonly [
  RegExp,
  (value: string | undefined, wanted: string) => boolean,
][] = [
  [
    /([\w./-]+) *not *in *\{([^}]*)\}/g,
    (value, wanted) => value === undefined || !list(wanted).includes(value),
  ],
  [
    /([\w./-]+) *in *\{([^}]*)\}/g,
    (value, wanted) => value !== undefined && list(wanted).includes(value),
  ],
  ...(
    [
      ['==', (value, wanted) => value === wanted],
      ['!=', (value, wanted) => value !== wanted],
      ['contains', (value, wanted) => value?.includes(wanted) ?? false],
      ['starts *with', (value, wanted) => value?.startsWith(wanted) ?? false],
      ['ends *with', (value, wanted) => value?.endsWith(wanted) ?? false],
    ] as [string, (value: string | undefined, wanted: string) => boolean][]
  ).map(([operator, holds]): (typeof COMPARISONS)[number] => [
    new RegExp(`([\\w./-]+) *${operator} *${QUOTED}`, 'g'),
    holds,
  ]),
];

/** In the order in which they bind. */
const REDUCTIONS: readonly [RegExp, string][] = [
  [/!0|\(1\)/, '1'],
  [/!1|\(0\)/, '0'],
  [/1&&1/, '1'],
  [/[01]&&[01]/, '0'],
  [/0\|\|0/, '0'],
  [/[01]\|\|[01]/, '1'],
];

/** No parser: comparisons are replaced by their outcome, and what is left is worked out sign by sign. */
export function selects(selector: string | undefined, labels: Labels): boolean {
  if (!selector) {
    return true;
  }
  const truth = (holds: boolean) => (holds ? '1' : '0');
  let rest = selector
    .replace(/has\( *([\w./-]+) *\)/g, (_, label) => truth(label in labels))
    .replace(/all\( *\)/g, '1');
  for (const [pattern, holds] of COMPARISONS) {
    rest = rest.replace(pattern, (_, label, wanted) =>
      truth(holds(labels[label], wanted)),
    );
  }
  rest = rest.replace(/[ \t]/g, '');
  while (rest.length > 1) {
    const before = rest;
    for (const [pattern, outcome] of REDUCTIONS) {
      rest = rest.replace(pattern, outcome);
      if (rest !== before) {
        break;
      }
    }
    if (rest === before) {
      throw new Error(`${selector} comes to ${rest}`);
    }
  }
  return rest === '1';
}
