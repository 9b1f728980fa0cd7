import { SHOP } from '../testing/manifests';
import { runCommand, temporaryFolder } from '../testing/runCommand';

const files = temporaryFolder();
const shop = files.write('shop.yaml', SHOP);

async function explain(control: string, subject: string, ...args: string[]) {
  return runCommand([
    'explain',
    shop,
    '--control',
    control,
    '--subject',
    subject,
    ...args,
  ]);
}

describe('explain', () => {
  it('shows the finding that scan counts, and exits by its verdict', async () => {
    const { code, stdout } = await explain(
      'NW-1',
      'shop/orders',
      '--format',
      'json',
    );
    expect(code).toBe(1);
    const scan = await runCommand([
      'scan',
      shop,
      '--control',
      'NW-1',
      '--format',
      'json',
    ]);
    const { findings } = JSON.parse(stdout);
    expect(findings).toEqual(
      JSON.parse(scan.stdout).findings.filter(
        ({ subject }: { subject: { name: string } }) =>
          subject.name === 'orders',
      ),
    );
  });

  it('has evidence, witness and fix for people', async () => {
    const { stdout } = await explain('NW-1', 'shop/Deployment/orders');
    expect(stdout).toMatch(/^fail {2}NW-1 .*\nDeployment shop\/orders\n/);
    for (const title of [
      'Evidence',
      'Who could do what',
      'To do',
      'Why it matters',
    ]) {
      expect(stdout).toContain(`\n${title}\n  `);
    }
    expect(stdout).not.toContain('undefined');
  });

  it('names what there is where the control or the workload does not exist', async () => {
    expect(await explain('NW-99', 'shop/orders')).toMatchObject({
      code: 2,
      stdout: '',
      stderr: expect.stringContaining('there is no control "NW-99"; there are'),
    });
    expect(await explain('NW-1', 'shop/order')).toMatchObject({
      code: 2,
      stdout: '',
      stderr: expect.stringContaining('there is no workload "shop/order"'),
    });
  });
});
