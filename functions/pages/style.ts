/**
 * The style sheet of all pages, served at `/style.css`. It is a string, because a bundled function has no files beside
 * it. No page has styles of its own, because the Content-Security-Policy allows only this sheet.
 *
 * The sheet is written for phones first, for light and dark, and for both directions of writing (logical properties).
 * Every pair of colours has a contrast of at least 4.5:1 (WCAG 2.2, 1.4.3). Everything that can be pressed is at least
 * 44 px high (WCAG 2.2, 2.5.5), except links within a text.
 */
export const STYLE = `:root {
  color-scheme: light dark;
  --paper: #fffdf8; --raised: #f6f2e9; --ink: #1b1a17; --soft: #5f5a50; --rule: #d8d1c2; --field: #857d6e;
  --accent: #0a4f73; --on-accent: #fff; --wrong: #a3201a; --good: #1f5f36;
  --serif: "Iowan Old Style", "Palatino Linotype", Palatino, Charter, "Source Serif 4", Georgia, "Noto Serif", "DejaVu Serif", serif;
  --sans: system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", "Open Sans", sans-serif;
}
@media (prefers-color-scheme: dark) {
  :root {
    --paper: #15171a; --raised: #1e2125; --ink: #ebe7df; --soft: #aaa59b; --rule: #393c41; --field: #85827b;
    --accent: #8fc7e6; --on-accent: #10202b; --wrong: #ff9d92; --good: #8fd3a6;
  }
}
*, ::before, ::after { box-sizing: border-box; }
html { -webkit-text-size-adjust: 100%; text-size-adjust: 100%; }
body { margin: 0; background: var(--paper); color: var(--ink); font: 1.0625rem/1.6 var(--serif); overflow-wrap: anywhere; }
a { color: var(--accent); text-underline-offset: .18em; text-decoration-thickness: 1px; }
a:hover { text-decoration-thickness: 2px; }
:focus-visible { outline: 3px solid var(--accent); outline-offset: 2px; }
main:focus, fieldset:focus { outline: none; }
img, video { max-inline-size: 100%; block-size: auto; }
audio { display: block; inline-size: 100%; }
h1, h2, h3, h4 { line-height: 1.2; margin: 1.6em 0 .4em; text-wrap: balance; }
h1 { font-size: clamp(1.75rem, 1.3rem + 2.2vw, 2.75rem); letter-spacing: -.01em; margin-block: .3em .4em; }
h2 { font-size: 1.35rem; }
h3 { font-size: 1.15rem; }
p { margin: 0 0 1em; }
figure { margin: 0 0 1.25rem; }
figure img { display: block; }
figcaption, .soft, .byline, .kicker, .label, .translations, table, label, legend, button, .button, .formats, nav, footer { font-family: var(--sans); }
figcaption, .soft, .byline, .translations { font-size: .875rem; line-height: 1.45; color: var(--soft); }
figcaption { padding-block-start: .5rem; }
blockquote { margin: 1.5em 0; padding-inline-start: 1.1em; border-inline-start: 3px solid var(--accent); font-style: italic; }
pre, code { font-family: ui-monospace, "DejaVu Sans Mono", monospace; font-size: .9em; }
pre { white-space: pre-wrap; background: var(--raised); padding: 1rem; }
hr { border: 0; border-block-start: 1px solid var(--rule); margin: 2em 0; }

.unseen { position: absolute; inline-size: 1px; block-size: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap; }
.skip { position: absolute; inset-block-start: -5rem; inset-inline-start: 1rem; z-index: 1; padding: .75rem 1rem; background: var(--accent); color: var(--on-accent); font-family: var(--sans); }
.skip:focus { inset-block-start: .5rem; }

.masthead, main, footer { max-inline-size: 72rem; margin-inline: auto; padding-inline: 1.125rem; }
.masthead { padding-block-start: .75rem; }
.name { margin: 0; text-align: center; font-size: clamp(1.9rem, 1.2rem + 3.6vw, 3.5rem); font-weight: 700; line-height: 1.15; letter-spacing: -.015em; }
.name a { display: inline-flex; align-items: center; min-block-size: 44px; color: var(--ink); text-decoration: none; }
nav ul { display: flex; flex-wrap: wrap; justify-content: center; gap: 0 clamp(.9rem, 3vw, 1.75rem); margin: 0; padding: 0; list-style: none; }
nav a { display: inline-flex; align-items: center; min-block-size: 44px; min-inline-size: 44px; justify-content: center; font-size: .9375rem; color: var(--ink); text-decoration: none; }
nav a:hover { text-decoration: underline; }
nav a[aria-current] { color: var(--accent); box-shadow: inset 0 -2px var(--accent); }
.masthead nav { margin-block-start: .6rem; border-block: 1px solid var(--rule); border-block-start: 3px double var(--ink); }
main { padding-block: 1.5rem 3rem; }
footer { padding-block-end: 2rem; text-align: center; font-size: .875rem; color: var(--soft); }
footer p { margin: 0 0 .25rem; padding-block-start: 1.25rem; border-block-start: 3px double var(--ink); }

.column { max-inline-size: 41rem; margin-inline: auto; }
.column.wide { max-inline-size: 52rem; }
.dek { font-size: 1.125rem; line-height: 1.5; color: var(--soft); }
.kicker, .label { margin: 0 0 .4rem; font-size: .8125rem; font-weight: 600; letter-spacing: .04em; line-height: 1.4; color: var(--accent); }
.label { padding-block-start: .5rem; border-block-start: 1px solid var(--ink); color: var(--ink); margin-block-end: 1rem; }
.byline span::after { content: " ·"; }
.byline { margin-block-end: 0; }

.front { display: grid; gap: 2.5rem; grid-template-columns: minmax(0, 1fr); }
.beside { display: grid; gap: 2.5rem; align-content: start; }
.lead h2 { font-size: clamp(1.6rem, 1.2rem + 2.2vw, 2.5rem); margin-block: 0 .35em; letter-spacing: -.01em; }
.lead figure img, .story > figure img { inline-size: 100%; }
.lead h2 a, .stories h2 a { color: var(--ink); text-decoration: none; }
.lead h2 a:hover, .stories h2 a:hover { text-decoration: underline; }
.stories { display: grid; grid-template-columns: minmax(0, 1fr); gap: 0 2rem; margin: 1.75rem 0 0; padding: 0; list-style: none; }
.stories li { border-block-start: 1px solid var(--rule); padding-block: 1rem 1.25rem; }
.stories h2 { font-size: 1.3rem; margin: 0 0 .35rem; }
.stories .dek { font-size: 1rem; margin-block-end: .5rem; }

.story .byline { margin-block-end: 1.25rem; padding-block-end: .75rem; border-block-end: 1px solid var(--rule); }
.body { font-size: 1.125rem; line-height: 1.65; }
.body table { display: block; overflow-x: auto; border-collapse: collapse; overflow-wrap: normal; font-size: .9375rem; }
.body th, .body td { border: 1px solid var(--rule); padding: .4rem .6rem; text-align: start; }
.translations { display: flex; flex-wrap: wrap; align-items: center; gap: 0 .75rem; margin-block: -.75rem .5rem; }
.translations ul { display: contents; list-style: none; }
.translations a { display: inline-flex; align-items: center; min-block-size: 44px; }
.audio { margin-block: 0 1.5rem; }
.audio p { font: .875rem var(--sans); }
.audio a, .related a, .issues a, .readers a { display: inline-flex; align-items: center; min-block-size: 44px; }
.related, .issues, .feeds, .readers { padding: 0; list-style: none; }
.body ~ * { margin-block-start: 2rem; }
.body caption { padding-block-end: .4rem; text-align: start; font-weight: 600; }

.feeds { margin: 0 0 1.5rem; font-size: .9375rem; }
.feeds li { display: flex; justify-content: space-between; align-items: center; gap: 1rem; }
.feeds li, .feed { border-block-start: 1px solid var(--rule); }
.formats { display: flex; flex: none; align-items: center; }
.formats a { display: flex; align-items: center; justify-content: center; min-block-size: 44px; min-inline-size: 3.25rem; font-size: .875rem; }
.feed[open] { padding-block-end: .5rem; }
.feed summary { padding-block: .6rem; cursor: pointer; font: 1.0625rem/1.6 var(--sans); }
.feed[open] summary { font-weight: 600; }
.copy { display: flex; flex-wrap: wrap; align-items: center; gap: .35rem .75rem; }
.copy label, .copy span { flex-basis: 100%; font-size: .875rem; }
.copy input { flex: 1 1 14rem; min-inline-size: 0; }
.readers { display: flex; flex-wrap: wrap; gap: 0 1.5rem; margin: 0; font-family: var(--sans); }
.copy + p, .feed p { margin: 0; }
[hidden] { display: none !important; }

.box { background: var(--raised); padding: 1.25rem; border-block-start: 3px solid var(--accent); }
.box h2 { margin-block-start: 0; }
.box ~ section, .apart { margin-block-start: 2rem; }
.field { margin-block-end: 1.25rem; }
.field label, legend { display: block; font-size: 1rem; font-weight: 600; padding: 0; margin-block-end: .35rem; }
input:not([type=checkbox]), select { inline-size: 100%; min-block-size: 46px; padding: .5rem .75rem; border: 1px solid var(--field); border-radius: 3px; background: var(--paper); color: var(--ink); font: 1rem var(--sans); }
[aria-invalid=true] { border: 2px solid var(--wrong) !important; }
fieldset { margin: 0 0 1.25rem; padding: 0; border: 0; min-inline-size: 0; }
.check { display: flex; gap: .75rem; align-items: start; min-block-size: 44px; padding-block: .6rem; line-height: 1.4; font-size: 1rem; cursor: pointer; }
.check input { flex: none; inline-size: 1.375rem; block-size: 1.375rem; margin: 0; accent-color: var(--accent); }
.choices { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(11rem, 100%), 1fr)); gap: 0 1rem; }
button, .button { display: inline-flex; align-items: center; min-block-size: 46px; padding: .5rem 1.25rem; border: 1px solid var(--accent); border-radius: 3px; background: var(--accent); color: var(--on-accent); font-size: 1rem; font-weight: 600; text-align: start; text-decoration: none; cursor: pointer; }
button.second, .button { background: transparent; color: var(--accent); }
button:hover, .button:hover { text-decoration: underline; }
.fault { margin: .35rem 0; font: .9375rem/1.4 var(--sans); color: var(--wrong); }
.faults { margin-block-end: 1.5rem; padding: 1rem 1.25rem; border: 2px solid var(--wrong); font-family: var(--sans); }
.faults p, .faults ul { margin: 0; }
.faults a { color: var(--wrong); display: inline-flex; align-items: center; min-block-size: 44px; }
.said { padding: .75rem 1rem; border-inline-start: 4px solid; background: var(--raised); color: var(--good); font-family: var(--sans); }
.unsent { color: var(--wrong); }
.address { color: var(--ink); }

.issues li { padding-block: .5rem; border-block-start: 1px solid var(--rule); }
.issues a { min-inline-size: 100%; }
.issues .soft { display: block; }
.headers { inline-size: 100%; border-collapse: collapse; font-size: .875rem; line-height: 1.45; }
.headers th, .headers td { padding: .35rem 0; border-block: 1px solid var(--rule); text-align: start; vertical-align: top; }
.headers th { inline-size: 9rem; padding-inline-end: 1rem; font-weight: 600; }
iframe { inline-size: 100%; block-size: 80vh; border: 1px solid var(--rule); background: #fff; }
@media (min-width: 60rem) {
  .front { grid-template-columns: minmax(0, 1fr) 21rem; gap: 3rem; }
  .front .stories { grid-template-columns: repeat(2, minmax(0, 1fr)); }
  .story > figure { margin-inline: -3rem; }
}
`;
