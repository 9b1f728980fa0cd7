export * from './Badges';
export * from './Glyph';
export * from './tones';
export * from './Pillars';
export * from './Score';
export * from './Sparkline';
