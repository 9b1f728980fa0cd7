import { CONTROLS } from '@backstage-zero-trust/posture-engine';
import { runCommand } from '../testing/runCommand';

describe('controls', () => {
  it('lists the catalogue with its frameworks, and fits a line of the table to the terminal', async () => {
    const { code, stdout } = await runCommand(['controls', '--format', 'json']);
    expect(code).toBe(0);
    const { kind, controls } = JSON.parse(stdout);
    expect(kind).toBe('ControlList');
    expect(controls.map(({ id }: { id: string }) => id)).toEqual(
      CONTROLS.map(({ id }) => id),
    );
    expect(Object.keys(controls[0])).toEqual([
      'id',
      'title',
      'pillar',
      'severity',
      'scope',
      'question',
      'why',
      'references',
    ]);
    const { stdout: text } = await runCommand(['controls']);
    for (const { id } of CONTROLS) {
      expect(text).toContain(id);
    }
    expect(
      Math.max(...text.split('\n').map(line => line.length)),
    ).toBeLessThanOrEqual(120);
  });
});
