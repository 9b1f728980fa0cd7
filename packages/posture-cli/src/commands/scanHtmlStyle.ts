/** How the report looks: calm on a screen, light or dark, and on paper. */
export const STYLE = `
:root { color-scheme: light dark; --ink: light-dark(#1b1f24, #e6e9ee); --soft: light-dark(#57606a, #9aa4b0); --line: light-dark(#d8dee4, #353b43); --page: light-dark(#fff, #14171b); --card: light-dark(#f6f8fa, #1c2127); }
* { box-sizing: border-box; }
body { margin: 0; background: var(--page); color: var(--ink); font: 15px/1.5 system-ui, sans-serif; }
main { max-width: 60rem; margin: 0 auto; padding: 2rem 1.25rem 4rem; }
h1 { font-size: 1.6rem; margin: 0 0 .25rem; overflow-wrap: anywhere; }
h2 { font-size: 1.15rem; margin: 2.25rem 0 .75rem; }
h3 { font-size: 1rem; margin: 0; overflow-wrap: anywhere; }
p { margin: .4rem 0; max-width: 48rem; }
.hint { color: var(--soft); }
.tiles { display: grid; grid-template-columns: repeat(auto-fill, minmax(8rem, 1fr)); gap: .6rem; margin: 1.25rem 0 0; }
.tiles div { display: flex; flex-direction: column-reverse; border: 1px solid var(--line); border-radius: 8px; padding: .6rem .8rem; }
.tiles dt { color: var(--soft); font-size: .85rem; }
.tiles dd { margin: 0; font-size: 1.4rem; font-variant-numeric: tabular-nums; }
table { border-collapse: collapse; width: 100%; }
th { text-align: left; color: var(--soft); font-weight: 600; }
th, td { border-bottom: 1px solid var(--line); padding: .4rem .6rem .4rem 0; vertical-align: top; overflow-wrap: anywhere; }
.number { text-align: right; white-space: nowrap; font-variant-numeric: tabular-nums; }
article { border: 1px solid var(--line); border-radius: 8px; padding: .9rem 1.1rem; margin: 0 0 .8rem; break-inside: avoid; }
.mark { display: inline-block; border: 1px solid currentColor; border-radius: 999px; padding: 0 .55rem; margin-right: .35rem; font-size: .8rem; font-weight: 600; color: var(--soft); white-space: nowrap; }
.mark.critical, .mark.exposed { color: light-dark(#a40e26, #ff8f8f); }
.mark.high, .mark.partial { color: light-dark(#9a3d00, #ffb178); }
.mark.medium { color: light-dark(#7d5a00, #e8c15c); }
.mark.low { color: light-dark(#0a5ea8, #8cc4ff); }
.mark.zero-trust, .mark.hardened { color: light-dark(#116329, #6fd08c); }
.evidence { margin: .5rem 0 0; padding: .5rem .8rem .5rem 1.8rem; background: var(--card); border-radius: 6px; font-size: .88rem; }
code { font-family: ui-monospace, monospace; overflow-wrap: anywhere; }
@media print { :root { color-scheme: light; } main { max-width: none; padding: 0; } }
`;
