/** `access --batch`: the specification of a SubjectAccessReview a line in, an answer a line out. */
import {
  AccessRequest,
  ClusterSnapshot,
  Requester,
} from '@backstage-zero-trust/posture-engine';
import { z } from 'zod';
import { EXIT, ExitCode } from '../exitCode';
import { LONGEST_LINE, linesOf } from '../input/lines';
import { writeAll } from '../output/chunks';
import { Terminal } from '../terminal';
import { answerAccess, exitCodeOf, verdictFields } from './accessAnswer';

const text = z.string().nullish();

const lineSchema = z
  .object({
    id: z.union([z.string(), z.number()]).nullish(),
    user: text,
    groups: z.array(z.string()).nullish(),
    resourceAttributes: z
      .object({
        verb: text,
        group: text,
        resource: text,
        subresource: text,
        namespace: text,
        name: text,
      })
      .nullish(),
    nonResourceAttributes: z.object({ verb: text, path: text }).nullish(),
  })
  .refine(({ user, groups }) => user || groups?.length, {
    message: 'say user or groups',
  })
  .refine(line => !line.resourceAttributes !== !line.nonResourceAttributes, {
    message: 'say either resourceAttributes or nonResourceAttributes',
  });

type Line = { id: string } & (
  | { who: Requester; request: AccessRequest }
  | { error: string }
);

export async function answerAccessBatch(
  input: AsyncIterable<Uint8Array>,
  snapshot: ClusterSnapshot,
  terminal: Terminal,
): Promise<ExitCode> {
  const answers = new Set<boolean | null>();
  let malformed = false;
  const answer = (line: string | undefined): string => {
    const parsed: Line =
      line === undefined
        ? { id: 'null', error: `the line is longer than ${LONGEST_LINE}` }
        : parseLine(line);
    if ('error' in parsed) {
      malformed = true;
      return `{"id":${parsed.id},"error":${JSON.stringify(parsed.error)}}\n`;
    }
    const verdict = answerAccess(snapshot, parsed.who, parsed.request);
    answers.add(verdict.allowed);
    return `{"id":${parsed.id},${JSON.stringify(verdictFields(verdict)).slice(
      1,
    )}\n`;
  };
  async function* answered(): AsyncGenerator<string> {
    for await (const lines of linesOf(input)) {
      yield lines.map(answer).join('');
    }
  }
  await writeAll(answered(), terminal);
  return malformed ? EXIT.unusable : exitCodeOf(answers);
}

/** Never throws. */
function parseLine(line: string): Line {
  let content: unknown;
  try {
    content = JSON.parse(line);
  } catch {
    return { id: 'null', error: 'the line is not JSON' };
  }
  const parsed = lineSchema.safeParse(content);
  if (!parsed.success) {
    const [{ path, message }] = parsed.error.issues;
    return {
      id: idIn(content),
      error: [...(path.length > 0 ? [path.join('.')] : []), message].join(': '),
    };
  }
  const { id, user, groups, resourceAttributes, nonResourceAttributes } =
    parsed.data;
  return {
    id: JSON.stringify(id ?? null),
    who: { user: user ?? '', groups: groups ?? [] },
    request: resourceAttributes
      ? {
          verb: resourceAttributes.verb ?? '',
          group: resourceAttributes.group ?? '',
          resource: resourceAttributes.resource ?? '',
          subresource: resourceAttributes.subresource ?? '',
          namespace: resourceAttributes.namespace ?? '',
          name: resourceAttributes.name ?? '',
        }
      : {
          verb: nonResourceAttributes?.verb ?? '',
          path: nonResourceAttributes?.path ?? '',
        },
  };
}

function idIn(content: unknown): string {
  const id =
    typeof content === 'object' && content !== null && 'id' in content
      ? content.id
      : null;
  return typeof id === 'string' || typeof id === 'number'
    ? JSON.stringify(id)
    : 'null';
}
