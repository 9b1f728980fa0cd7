import { Severity, Verdict } from '../controls';
import { JudgedControl, summarize, worstVerdict } from './score';

let number = 0;

function finding(
  verdict: Verdict,
  severity: Severity = 'high',
  rest: Partial<JudgedControl> = {},
): JudgedControl {
  number += 1;
  return {
    control: `X-${number}`,
    pillar: 'network',
    verdict,
    severity,
    ...rest,
  };
}

function many(count: number, verdict: Verdict, severity: Severity = 'high') {
  return Array.from({ length: count }, () => finding(verdict, severity));
}

describe('score', () => {
  it('is the share of applicable controls that pass, by severity: 10, 5, 2 and 1', () => {
    expect(
      summarize([
        finding('pass', 'critical'),
        finding('fail', 'high'),
        finding('pass', 'medium'),
        finding('fail', 'low'),
        finding('not-applicable', 'critical'),
      ]).score,
    ).toBe(66); // 12 of 18
  });

  it('is not raised by an exemption, nor by losing sight of something', () => {
    const pass = finding('pass');
    for (const verdict of ['fail', 'exempt', 'unknown'] as const) {
      expect(summarize([pass, finding(verdict)]).score).toBe(50);
    }
  });

  it('is 100 only where all pass, and absent where nothing applies', () => {
    expect(summarize(many(3, 'pass')).score).toBe(100);
    expect(
      summarize([...many(999, 'pass', 'critical'), finding('fail', 'low')])
        .score,
    ).toBe(99);
    expect(summarize([])).not.toHaveProperty('score');
    expect(summarize(many(2, 'not-applicable'))).not.toHaveProperty('score');
  });

  it('counts a control once, however many ports or pods it has, by the worst of them', () => {
    const { score, applicable, counts } = summarize([
      finding('pass', 'high', { control: 'AN-2' }),
      finding('fail', 'low', { control: 'AN-2' }),
      finding('fail', 'medium', { control: 'AN-2' }),
      finding('pass', 'high', { control: 'NW-1' }),
    ]);
    expect({ score, applicable, fail: counts.fail }).toEqual({
      score: 71, // 5 of 5 + 2: the worst failure of AN-2 is a medium one
      applicable: 2,
      fail: 1,
    });
  });
});

describe('level', () => {
  const levelOf = (...findings: JudgedControl[]) => summarize(findings).level;

  it('is that of the worst control that fails, exempt or not', () => {
    const passes = many(20, 'pass', 'critical');
    expect(levelOf(...passes, finding('fail', 'critical'))).toBe('exposed');
    expect(levelOf(...passes, finding('fail', 'high'))).toBe('partial');
    expect(levelOf(...passes, finding('exempt', 'high'))).toBe('partial');
    expect(levelOf(...passes, finding('fail', 'medium'))).toBe('hardened');
    expect(levelOf(...passes, finding('fail', 'low'))).toBe('hardened');
    expect(levelOf(...passes)).toBe('zero trust');
  });

  it('never looks good where one control of critical or high severity could not be judged', () => {
    for (const severity of ['critical', 'high'] as const) {
      const unseen = finding('unknown', severity);
      expect(levelOf(...many(99, 'pass'), unseen)).toBe('unknown');
      expect(
        levelOf(...many(99, 'pass'), unseen, finding('fail', 'medium')),
      ).toBe('unknown');
    }
    expect(levelOf(...many(9, 'pass'), finding('unknown', 'medium'))).toBe(
      'zero trust',
    );
  });

  it('never looks good where less than nine tenths could be judged', () => {
    const unseen = many(2, 'unknown', 'low');
    expect(levelOf(...many(18, 'pass'), ...unseen)).toBe('zero trust');
    expect(levelOf(...many(17, 'pass'), ...unseen)).toBe('unknown');
    expect(
      levelOf(...many(16, 'pass'), finding('fail', 'low'), ...unseen),
    ).toBe('unknown');
  });

  it('is no better for what could not be judged beside a failure', () => {
    expect(levelOf(finding('fail', 'critical'), ...many(9, 'unknown'))).toBe(
      'exposed',
    );
    expect(levelOf(finding('fail', 'high'), ...many(9, 'unknown'))).toBe(
      'partial',
    );
  });

  it('is unknown where nothing applies', () => {
    expect(levelOf()).toBe('unknown');
  });
});

describe('pillars', () => {
  it('show their worst verdict, and how many of their controls fail', () => {
    expect(
      summarize([
        finding('fail', 'medium', { pillar: 'identity' }),
        finding('unknown', 'high', { pillar: 'identity' }),
        finding('unknown', 'high', { pillar: 'network' }),
        finding('not-applicable', 'high', { pillar: 'edge' }),
      ]).pillars,
    ).toEqual([
      {
        pillar: 'identity',
        verdict: 'fail',
        severity: 'medium',
        failing: 1,
        applicable: 2,
      },
      { pillar: 'network', verdict: 'unknown', failing: 0, applicable: 1 },
    ]);
  });
});

describe('the worst verdict', () => {
  it('is fail, then unknown, then exempt, then pass', () => {
    expect(worstVerdict(['pass', 'exempt', 'unknown', 'fail'])).toBe('fail');
    expect(worstVerdict(['pass', 'exempt', 'unknown'])).toBe('unknown');
    expect(worstVerdict(['pass', 'exempt', 'not-applicable'])).toBe('exempt');
    expect(worstVerdict(['not-applicable', 'pass'])).toBe('pass');
    expect(worstVerdict([])).toBe('not-applicable');
  });
});
