/** Small shapes that carry a meaning without colour. Always beside a word, never instead of one. */
import clsx from 'clsx';
import { ReactNode } from 'react';
import { Tone } from './tones';
import tones from './tone.module.css';

export type Shape =
  | 'full'
  | 'half'
  | 'empty'
  | 'question'
  | 'dash'
  | 'diamond'
  | 'octagon'
  | 'triangle'
  | 'square'
  | 'dot';

const RING = (
  <circle
    cx="6"
    cy="6"
    r="4.75"
    fill="none"
    stroke="currentColor"
    strokeWidth="1.5"
  />
);

const SHAPES: Record<Shape, ReactNode> = {
  full: (
    <>
      {RING}
      <circle cx="6" cy="6" r="4.75" fill="currentColor" />
    </>
  ),
  half: (
    <>
      {RING}
      <path d="M6 1.25a4.75 4.75 0 0 0 0 9.5z" fill="currentColor" />
    </>
  ),
  empty: RING,
  question: (
    <>
      <circle
        cx="6"
        cy="6"
        r="4.75"
        fill="none"
        stroke="currentColor"
        strokeDasharray="2 1.6"
      />
      <path
        d="M4.7 4.7a1.35 1.35 0 1 1 1.9 1.25c-.4.2-.6.45-.6.95"
        fill="none"
        stroke="currentColor"
        strokeWidth="1.1"
        strokeLinecap="round"
      />
      <circle cx="6" cy="8.6" r=".7" fill="currentColor" />
    </>
  ),
  dash: <path d="M2.5 6h7" stroke="currentColor" strokeWidth="1.5" />,
  diamond: (
    <path
      d="M6 1.2 10.8 6 6 10.8 1.2 6z"
      fill="none"
      stroke="currentColor"
      strokeWidth="1.5"
    />
  ),
  octagon: (
    <path
      d="M3.9 1h4.2L11 3.9v4.2L8.1 11H3.9L1 8.1V3.9zM5.3 3v3.6h1.4V3zm0 4.6V9h1.4V7.6z"
      fill="currentColor"
      fillRule="evenodd"
    />
  ),
  triangle: <path d="M6 1.5 11.2 10.5H.8z" fill="currentColor" />,
  square: <path d="M2.2 2.2h7.6v7.6H2.2z" fill="currentColor" />,
  dot: <circle cx="6" cy="6" r="3" fill="currentColor" />,
};

export interface GlyphProps {
  shape: Shape;
  tone: Tone;
}

export function Glyph({ shape, tone }: GlyphProps) {
  return (
    <svg
      className={clsx(tones.glyph, tones[tone])}
      viewBox="0 0 12 12"
      width="12"
      height="12"
      aria-hidden="true"
    >
      {SHAPES[shape]}
    </svg>
  );
}
