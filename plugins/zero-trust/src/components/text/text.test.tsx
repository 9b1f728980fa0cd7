import {
  act,
  createEvent,
  fireEvent,
  render,
  screen,
} from '@testing-library/react';
import { renderInTestApp } from '@backstage/frontend-test-utils';
import { Flash } from './Flash';
import { LongName } from './LongName';
import { RelativeTime, formatRelative } from './RelativeTime';

const NOW = Date.parse('2026-05-31T12:00:00Z');

describe('formatRelative', () => {
  it.each([
    ['2026-05-31T12:00:05Z', 'now'],
    ['2026-05-31T11:59:48Z', '12 sec ago'],
    ['2026-05-31T11:01:00Z', '59 min ago'],
    ['2026-05-31T09:00:00Z', '3 hr ago'],
    ['2026-05-30T10:00:00Z', 'yesterday'],
    ['2026-05-01T10:00:00Z', 'last mo'],
    ['2024-05-30T10:00:00Z', '2 yr ago'],
  ])('%s is %s', (time, words) => {
    expect(formatRelative(time, NOW, 'en-GB')).toBe(words);
  });

  it('speaks the language of the reader', () => {
    expect(formatRelative('2026-05-31T09:00:00Z', NOW, 'de')).toBe(
      'vor 3 Std.',
    );
  });
});

describe('RelativeTime', () => {
  beforeEach(() => {
    jest.useFakeTimers({ now: NOW, advanceTimers: true });
  });

  afterEach(() => {
    jest.useRealTimers();
  });

  it('keeps counting', async () => {
    renderInTestApp(<RelativeTime time="2026-05-31T11:59:48Z" />);
    const time = await screen.findByText(/^1\d sec ago$/);
    act(() => {
      jest.advanceTimersByTime(120_000);
    });
    expect(time).toHaveTextContent('2 min ago');
    expect(time).toHaveAttribute('datetime', '2026-05-31T11:59:48Z');
  });
});

describe('LongName', () => {
  const name = `${'a'.repeat(30)}-middle-${'z'.repeat(30)}`;

  it('is shortened in the middle, whole on hover and for screen readers', async () => {
    renderInTestApp(
      <button type="button">
        <LongName name={name} max={11} />
      </button>,
    );
    const shown = await screen.findByTitle(name);
    expect(shown).toHaveTextContent('aaaaa…zzzzz');
    expect(screen.getByRole('button', { name })).toBeVisible();
  });

  it('is whole when copied', async () => {
    renderInTestApp(<LongName name={name} max={11} />);
    const shown = await screen.findByTitle(name);
    const setData = jest.fn();
    const copy = createEvent.copy(shown, { clipboardData: { setData } });
    fireEvent(shown, copy);
    expect(setData).toHaveBeenCalledWith('text/plain', name);
  });

  it('leaves short names alone', async () => {
    renderInTestApp(<LongName name="orders" />);
    expect(await screen.findByText('orders')).not.toHaveAttribute('title');
  });
});

describe('Flash', () => {
  function Value({ value }: { value: string }) {
    return <Flash value={value}>{value}</Flash>;
  }

  it('marks every change anew, and not the first value', () => {
    const { rerender } = render(<Value value="1" />);
    expect(screen.getByText('1')).not.toHaveAttribute('class');
    rerender(<Value value="2" />);
    const first = screen.getByText('2').className;
    rerender(<Value value="3" />);
    const second = screen.getByText('3').className;
    expect(first).not.toBe('');
    expect(second).not.toBe(first);
  });
});
