/** What is open, as a shape: nothing, a half, the whole, or a question mark. */
import type { CellState } from '../../connections/matrix';
import { Glyph, Shape, Tone } from '../marks';

const SHAPES: Record<CellState, Shape> = {
  none: 'dash',
  some: 'half',
  all: 'full',
  unknown: 'question',
};

export const CELL_TONES: Record<CellState, Tone> = {
  none: 'unknown',
  some: 'medium',
  all: 'high',
  unknown: 'unknown',
};

export function CellMark({ state }: { state: CellState }) {
  return <Glyph shape={SHAPES[state]} tone={CELL_TONES[state]} />;
}
