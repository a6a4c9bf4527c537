/** The style of the reference, served beside it: the page itself holds neither styles nor scripts. */
export const referenceStyle = `:root {
  color-scheme: light dark;
  --ground: #ffffff; --raised: #f6f7f9; --line: #dfe3e8; --ink: #1a2230; --soft: #526071;
  --link: #0b57c4; --mark: #fff3c4; --code-ground: #101828; --code-ink: #e6eaf2; --code-soft: #a9b4c6;
  --required: #b42318; --get: #05603a; --get-ground: #dcf5e7; --post: #1849a9; --post-ground: #dfeafd;
  --patch: #8a4b00; --patch-ground: #fdeed3;
  --sans: system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", Arial, sans-serif;
  --mono: ui-monospace, SFMono-Regular, Menlo, Consolas, "Liberation Mono", monospace;
}
@media (prefers-color-scheme: dark) {
  :root {
    --ground: #0e131b; --raised: #171e29; --line: #2a3442; --ink: #e4e9f1; --soft: #a3b0c2;
    --link: #82b4ff; --mark: #3a3312; --code-ground: #080c12; --code-ink: #dfe6f0; --code-soft: #94a2b8;
    --required: #ff9a8f; --get: #7fe0ad; --get-ground: #0d3323; --post: #9cc2ff; --post-ground: #12294f;
    --patch: #ffc878; --patch-ground: #3d2a0b;
  }
}
* { box-sizing: border-box; }
html { scroll-padding-top: 1.5rem; -webkit-text-size-adjust: 100%; }
body { margin: 0; background: var(--ground); color: var(--ink); font: 1rem/1.6 var(--sans); }
a { color: var(--link); text-underline-offset: .15em; }
:focus-visible { outline: 2px solid var(--link); outline-offset: 2px; border-radius: 3px; }
main:focus { outline: none; }
code, pre { font-family: var(--mono); font-size: .875em; }
:not(pre) > code { overflow-wrap: anywhere; }
p code, li code, td code { background: var(--raised); border: 1px solid var(--line); border-radius: 4px; padding: 0 .25em; }
h1, h2, h3, h4 { line-height: 1.25; margin: 0; text-wrap: balance; }
h1 { font-size: 2rem; letter-spacing: -.02em; }
h3 { font-size: 1.3rem; }
h3 a { color: inherit; text-decoration: none; }
h3 a:hover { text-decoration: underline; }
h4 { font-size: .95rem; margin: 1.75rem 0 .5rem; }
small { color: var(--soft); font-weight: 400; }
.skip { position: absolute; left: .5rem; top: -4rem; z-index: 3; padding: .5rem 1rem; background: var(--ground); border: 2px solid var(--link); border-radius: 6px; }
.skip:focus { top: .5rem; }
.unseen { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap; }

.side { display: none; }
.bar { position: relative; border-bottom: 1px solid var(--line); padding: .6rem 1rem; }
.brand { color: inherit; font-weight: 700; text-decoration: none; }
.bar > .brand { display: block; line-height: 1.75rem; }
.menu { margin: 0; }
.menu > summary { position: absolute; right: 1rem; top: .6rem; margin: 0; padding: 0 .75rem; line-height: 1.75rem; border: 1px solid var(--line); border-radius: 6px; }
.menu > nav { padding: .5rem 0 1rem; }
.up a { position: fixed; right: 1rem; bottom: 1rem; padding: .3rem .9rem; font-size: .9rem; font-weight: 600; text-decoration: none; background: var(--ground); border: 1px solid var(--line); border-radius: 2rem; box-shadow: 0 2px 10px rgb(0 0 0 / .25); }
nav h2 { font-size: .75rem; letter-spacing: .06em; text-transform: uppercase; color: var(--soft); margin: 1.25rem 0 .25rem; padding: 0 .5rem; }
nav h2 a { color: inherit; text-decoration: none; }
nav ul { list-style: none; margin: 0; padding: 0; }
nav li a { display: flex; justify-content: space-between; align-items: center; gap: .5rem; padding: .3rem .5rem; border-radius: 6px; color: var(--ink); text-decoration: none; font-size: .9rem; line-height: 1.4; }
nav li a:hover { background: var(--raised); }
.method { flex: none; font: 700 .7rem/1.5 var(--mono); letter-spacing: .03em; padding: .05rem .4rem; border-radius: 4px; background: var(--raised); color: var(--soft); }
.method.get { color: var(--get); background: var(--get-ground); }
.method.post { color: var(--post); background: var(--post-ground); }
.method.patch, .method.put, .method.delete { color: var(--patch); background: var(--patch-ground); }

main { padding: 1.5rem 1rem 6rem; min-width: 0; }
.intro { max-width: 46rem; }
.intro h2, .tag > h2 { font-size: 1.5rem; letter-spacing: -.01em; }
.intro h2 { font-size: 1.25rem; margin-top: 2.25rem; }
.intro p { margin: .75rem 0; }
.tag { margin-top: 4rem; padding-top: 2rem; border-top: 2px solid var(--line); }
.tag > h3 { margin: 2.25rem 0 .5rem; }
.lead { color: var(--soft); margin: .5rem 0 0; max-width: 46rem; }
.operation { margin-top: 2.5rem; padding-top: 2rem; border-top: 1px solid var(--line); }
.tag > .operation:first-of-type { border-top: 0; padding-top: 0; margin-top: 2rem; }
.path { display: flex; align-items: baseline; gap: .6rem; margin: .6rem 0 0; padding: .45rem .6rem; background: var(--raised); border: 1px solid var(--line); border-radius: 8px; }
.path code { background: none; border: 0; padding: 0; font-weight: 600; }
.operation .lead { color: var(--ink); margin-top: 1rem; }
.access { color: var(--soft); font-size: .9rem; margin: .25rem 0 0; }
.words, .shown { min-width: 0; }
.words > p, .words details > p { margin: .25rem 0 .5rem; font-size: .9rem; color: var(--soft); }
.words > .lead { font-size: 1rem; color: var(--ink); margin-top: 1rem; }
.columns { margin-top: 0; }

details { margin: 1rem 0 0; }
summary { cursor: pointer; color: var(--link); font-size: .9rem; font-weight: 600; padding: .25rem 0; }
table { width: 100%; border-collapse: collapse; font-size: .9rem; line-height: 1.5; }
thead th { font-size: .75rem; letter-spacing: .04em; text-transform: uppercase; color: var(--soft); border-bottom: 1px solid var(--line); padding: .35rem .75rem .35rem 0; }
th { text-align: left; font-weight: 400; }
tbody th, tbody td { vertical-align: top; padding: .55rem .75rem .55rem 0; border-bottom: 1px solid var(--line); }
tbody th code { font-weight: 600; }
tr:target { background: var(--mark); }
:target > h3 a, h3:target, :target > h2 { text-decoration: underline; text-decoration-color: var(--link); text-decoration-thickness: 3px; }
.type { color: var(--soft); font-size: .85rem; }
.required, .optional { display: block; font-size: .75rem; color: var(--required); }
/* Nobody has to send the fields of an answer. */
.answer .required { display: none; }
.optional, .in, .number { color: var(--soft); }
.in { display: block; font-size: .75rem; }
.number { display: block; font: .8rem var(--mono); }
.limits { color: var(--soft); font-size: .8rem; display: flex; flex-wrap: wrap; gap: .1rem .9rem; }
.status { font-family: var(--mono); }
.fields { table-layout: fixed; }
.fields th:nth-child(1) { width: 34%; } .fields th:nth-child(2) { width: 19%; }
.refusals { table-layout: fixed; }
.refusals th:nth-child(1) { width: 30%; } .refusals th:nth-child(2) { width: 4.5rem; }
.d1 > th { padding-left: 1.25rem; } .d2 > th { padding-left: 2.5rem; } .d3 > th { padding-left: 3.75rem; }
.d4 > th, .d5 > th, .d6 > th { padding-left: 5rem; }
.d1 > th, .d2 > th, .d3 > th, .d4 > th, .d5 > th, .d6 > th { background: linear-gradient(var(--line), var(--line)) no-repeat .3rem 0 / 2px 100%; }

.code { margin: 1.25rem 0 0; border-radius: 8px; overflow: hidden; background: var(--code-ground); color: var(--code-ink); border: 1px solid var(--line); }
.code figcaption { padding: .45rem .9rem; font-size: .8rem; font-weight: 600; color: var(--code-soft); border-bottom: 1px solid #2b3648; }
.code pre { margin: 0; padding: .9rem; overflow: auto; max-height: 30rem; line-height: 1.5; tab-size: 2; }
.code pre:focus-visible { outline-offset: -3px; outline-color: #82b4ff; }

@media (max-width: 699px) {
  h1 { font-size: 1.6rem; }
  thead { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); }
  table, tbody, tr, tbody th, tbody td { display: block; width: auto; }
  .fields th:nth-child(n), .refusals th:nth-child(n) { width: auto; }
  tbody tr { padding: .6rem 0; border-bottom: 1px solid var(--line); }
  tbody th, tbody td { border: 0; padding-top: .1rem; padding-bottom: .1rem; padding-right: 0; }
  .words > table .required, .optional, .number, .in { display: inline; }
  .required, .optional, .number { margin-left: .4rem; }
  .d1 { margin-left: .75rem; } .d2 { margin-left: 1.5rem; } .d3 { margin-left: 2.25rem; }
  .d4, .d5, .d6 { margin-left: 3rem; }
  .d1, .d2, .d3, .d4, .d5, .d6 { border-left: 2px solid var(--line); padding-left: .75rem; }
  .d1 > th, .d2 > th, .d3 > th, .d4 > th, .d5 > th, .d6 > th { background: none; padding-left: 0; }
  .refusals td:nth-of-type(2)::before { content: "Cause: "; color: var(--soft); }
  .refusals td:nth-of-type(3)::before { content: "Cure: "; color: var(--soft); }
  .refusals td.status::before { content: "HTTP "; color: var(--soft); }
}
@media (min-width: 700px) and (max-width: 999px) { main { padding: 2rem 2rem 6rem; } }
@media (min-width: 1000px) {
  body { display: grid; grid-template-columns: 16.5rem minmax(0, 1fr); }
  .bar, .up { display: none; }
  .side { display: block; position: sticky; top: 0; height: 100vh; overflow-y: auto; padding: 1.5rem 1rem 3rem; background: var(--raised); border-right: 1px solid var(--line); }
  .side > .brand { display: block; padding: 0 .5rem; font-size: 1.1rem; }
  .side nav li a:hover { background: var(--line); }
  main { padding: 2.5rem 3rem 8rem; max-width: 92rem; }
}
@media (min-width: 1280px) {
  .columns { display: grid; grid-template-columns: minmax(0, 1.15fr) minmax(0, 1fr); gap: 3rem; align-items: start; }
  .shown { position: sticky; top: 1rem; }
  .shown .code pre { max-height: calc(50vh - 4.5rem); }
}
@media (forced-colors: active) { .method, .path, .code { border: 1px solid; } }
@media print {
  .side, .bar, .skip, .up { display: none; }
  body { display: block; }
  .code pre { max-height: none; white-space: pre-wrap; }
}
`;
